/** Which convolutions are done by Winograd's minimal filtering (winograd.ts), and how they are cut into units. No code here. */
import type { Features } from '../features.ts'
import type { Epilogue } from './epilogue.ts'
import { roundUp } from './matmul.ts'
import { chooseTile, ELEMENT } from './tile.ts'
import type { PanelShape } from './weights.ts'
import { reach, type Window } from './window.ts'
import { TILE_PRODUCTS, TILE_RESULTS } from './winograd.ts'

/** Bytes of the transformed sources of a unit: with the sums of one panel they fit a second cache of 1 MiB. */
const SOURCE_BYTES = 512 << 10
/** So many units are enough for any number of threads to share. */
const ENOUGH_UNITS = 16
/** Steps along K between two visits of memory: see PIECE in matmul.ts. */
const PIECE = 320

/**
 * Costs in multiplications and additions of the inner loop, as measured by `npm run bench:kernels`: of a source's
 * channel in a tile (copied and transformed), of a result's (stored 16 times, read, transformed), of a weight (packed and
 * transformed, 16 times as many stored), and what a row of a tile of sums costs beside its products.
 */
const PER_SOURCE = 110
const PER_RESULT = 60
const PER_WEIGHT = 110
/** It must be clearly less work, since fewer digits are the price. */
const WORTHWHILE = 0.9

export interface WinogradPlan extends PanelShape {
  /** Rows and columns of tiles of an image; each has 2x2 results. */
  readonly tileRows: number
  readonly tileColumns: number
  /** Rows of tiles of a band, and bands of an image. */
  readonly bandRows: number
  readonly bands: number
  /** Images of a unit; 1 where an image has several bands. */
  readonly unitImages: number
  /** Tiles of a unit at most, filled up to whole tiles of sums. */
  readonly tiles: number
  /** Position in the source of what result 0 reads first. */
  readonly low: readonly [number, number]
  /** Rows and columns of the source that a band reads. */
  readonly bandSource: readonly [number, number]
  /** Steps along K at once. */
  readonly piece: number
  /** Whether results are stored where they belong right away. */
  readonly direct: boolean
}

/** Whether the convolution can be done so, and is then clearly less work. */
export function savesProducts(window: Window): boolean {
  if (!isMinimal(window)) return false
  const { images, channels: inputs, resultChannels: outputs, result } = window
  const tiles = images * Math.ceil(result[0] / TILE_RESULTS) * Math.ceil(result[1] / TILE_RESULTS)
  const products = tiles * TILE_PRODUCTS * inputs * outputs
  const maps = tiles * (PER_SOURCE * inputs + PER_RESULT * outputs) + PER_WEIGHT * inputs * outputs
  return products + maps < WORTHWHILE * images * result[0] * result[1] * 9 * inputs * outputs
}

/** For a convolution that can be done so. */
export function planWinograd(window: Window, features: Features, { plain }: Epilogue): WinogradPlan {
  const { images, channels: inputs, resultChannels: outputs, result, phases } = window
  const tileRows = Math.ceil(result[0] / TILE_RESULTS)
  const tileColumns = Math.ceil(result[1] / TILE_RESULTS)
  const mostTiles = Math.max(1, SOURCE_BYTES / (TILE_PRODUCTS * inputs * ELEMENT))
  const bands = Math.ceil(tileRows / Math.max(1, Math.floor(mostTiles / tileColumns)))
  const bandRows = Math.ceil(tileRows / bands)
  const imagesInCache = Math.max(1, Math.floor(mostTiles / (tileRows * tileColumns)))
  const unitImages = bands > 1 ? 1 : Math.min(imagesInCache, Math.ceil(images / ENOUGH_UNITS))
  const tile = chooseTile(features, unitImages * bandRows * tileColumns, outputs)
  return {
    window,
    phases,
    tile,
    inputs,
    outputs,
    depth: 9 * inputs,
    tileRows,
    tileColumns,
    bandRows,
    bands: Math.ceil(tileRows / bandRows),
    unitImages,
    tiles: roundUp(unitImages * bandRows * tileColumns, tile.rows),
    low: [reach(window, 0)[0], reach(window, 1)[0]],
    bandSource: [TILE_RESULTS * (bandRows + 1), TILE_RESULTS * (tileColumns + 1)],
    piece: inputs <= PIECE ? inputs : roundUp(Math.ceil(inputs / Math.ceil(inputs / PIECE)), 8),
    direct:
      outputs % tile.columns === 0 &&
      result[0] % TILE_RESULTS === 0 &&
      result[1] % TILE_RESULTS === 0 &&
      plain?.strides[3] === 1,
  }
}

/** 3x3 taps side by side, every pixel, all channels with all. */
function isMinimal({ kernel, groups, step, advance, phases, channels, result, images }: Window): boolean {
  const [{ taps }] = phases
  const [y, x] = taps[0]?.offset ?? [0, 0]
  return (
    phases.length === 1 &&
    groups === 1 &&
    channels > 0 &&
    channels % 4 === 0 &&
    images * result[0] * result[1] > 0 &&
    [...kernel, ...step, ...advance].join() === '3,3,1,1,1,1' &&
    taps.every(({ offset }, i) => offset[0] === y + Math.floor(i / 3) && offset[1] === x + (i % 3))
  )
}

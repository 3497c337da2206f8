/** Which convolutions are done by Winograd's minimal filtering (winograd.ts), and how they are cut into units. No code here. */
import type { Features } from '../features.ts'
import type { Epilogue } from './epilogue.ts'
import { chooseTile, ELEMENT, roundUp, type Tile } from './tile.ts'
import type { PanelShape } from './weights.ts'
import { reach, type Window } from './window.ts'
import { TILE_PRODUCTS, TILE_RESULTS } from './winograd.ts'

/** Bytes of the transformed sources of a unit: with the sums of one panel they fit a second cache of 1 MiB. */
const SOURCE_BYTES = 512 << 10
/** Tiles are the steps along K of a gradient: see PIECE in matmul-plan.ts. */
const MOST_TILES = 256
/** So many units are enough for any number of threads to share. */
const ENOUGH_UNITS = 16
/** The same for parts of a gradient, where many have room; two threads are to have something to share even so. */
const PARTS = 16
const SUM_BYTES = 4 << 20
const FEWEST_PARTS = 2
/** Steps along K between two visits of memory: see PIECE in matmul-plan.ts. */
const PIECE = 320

/**
 * Costs in multiplications and additions of the inner loop, as measured by `npm run bench:kernels`: of a source's
 * channel in a tile (copied and transformed), of a result's or an upstream gradient's (16 values of it stored, or read), of a
 * weight (packed and transformed), and of the 16 sums of a gradient that are read and written once more.
 */
const PER_SOURCE = 110
const PER_RESULT = 60
const PER_WEIGHT = 110
const PER_UPSTREAM = 60
const PER_SUM = 130
/** It must be clearly less work, since fewer digits are the price. */
const WORTHWHILE = 0.9

/** How images are cut into tiles, and tiles into what is worked on at once. */
export interface Cut {
  readonly window: Window
  /** Rows and columns of tiles of an image; each has 2x2 results. */
  readonly tileRows: number
  readonly tileColumns: number
  /** Rows of tiles of a band, and bands of an image. */
  readonly bandRows: number
  readonly bands: number
  /** Images that are worked on at once; 1 where an image has several bands. */
  readonly unitImages: number
  /** Position in the source of what result 0 reads first. */
  readonly low: readonly [number, number]
  /** Rows and columns of the source that a band reads. */
  readonly bandSource: readonly [number, number]
}

function cut(window: Window, mostImages: number): Cut {
  const tileRows = Math.ceil(window.result[0] / TILE_RESULTS)
  const tileColumns = Math.ceil(window.result[1] / TILE_RESULTS)
  const mostTiles = Math.min(MOST_TILES, SOURCE_BYTES / (TILE_PRODUCTS * window.channels * ELEMENT))
  const wantedBands = Math.ceil(tileRows / Math.max(1, Math.floor(mostTiles / tileColumns)))
  const bandRows = Math.ceil(tileRows / wantedBands)
  const bands = Math.ceil(tileRows / bandRows)
  const imagesInCache = Math.max(1, Math.floor(mostTiles / (tileRows * tileColumns)))
  return {
    window,
    tileRows,
    tileColumns,
    bandRows,
    bands,
    unitImages: bands > 1 ? 1 : Math.min(imagesInCache, mostImages),
    low: [reach(window, 0)[0], reach(window, 1)[0]],
    bandSource: [TILE_RESULTS * (bandRows + 1), TILE_RESULTS * (tileColumns + 1)],
  }
}

export interface WinogradPlan extends Cut, PanelShape {
  readonly window: Window
  /** Tiles of a unit at most, filled up to whole tiles of sums. */
  readonly tiles: number
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
  const { images, channels: inputs, resultChannels: outputs, phases } = window
  const whole = cut(window, Math.ceil(images / ENOUGH_UNITS))
  const tiles = whole.unitImages * whole.bandRows * whole.tileColumns
  const tile = chooseTile(features, tiles, outputs)
  return {
    ...whole,
    phases,
    tile,
    inputs,
    outputs,
    depth: 9 * inputs,
    tiles: roundUp(tiles, tile.rows),
    piece: inputs <= PIECE ? inputs : roundUp(Math.ceil(inputs / Math.ceil(inputs / PIECE)), 8),
    direct: outputs % tile.columns === 0 && isEven(window) && plain?.strides[3] === 1,
  }
}

export interface GradientPlan extends Cut {
  readonly tile: Tile
  readonly inputs: number
  readonly outputs: number
  /** Parts of the images, which are summed up one by one, and images of a part. */
  readonly parts: number
  readonly partImages: number
}

/** The same question for the gradient of a kernel; `window` is that of the convolution. */
export function savesGradientProducts(window: Window): boolean {
  if (!isMinimal(window) || !isEven(window) || window.resultChannels % 4 !== 0) return false
  const { images, channels: inputs, resultChannels: outputs, result } = window
  const { parts, partImages } = partsOf(window)
  const { unitImages, bands } = cut(window, partImages)
  const tiles = (images * result[0] * result[1]) / TILE_RESULTS ** 2
  const visits = parts * (Math.ceil(partImages / unitImages) * bands + 1)
  const maps = tiles * (PER_SOURCE * inputs + PER_UPSTREAM * outputs) + visits * PER_SUM * inputs * outputs
  const products = tiles * TILE_PRODUCTS * inputs * outputs
  return products + maps < WORTHWHILE * images * result[0] * result[1] * 9 * inputs * outputs
}

function partsOf({ images, channels, resultChannels }: Window): { parts: number; partImages: number } {
  const mostParts = Math.max(FEWEST_PARTS, SUM_BYTES / (TILE_PRODUCTS * channels * resultChannels * ELEMENT))
  const partImages = Math.ceil(images / Math.min(PARTS, mostParts))
  return { parts: Math.ceil(images / partImages), partImages }
}

export function planGradient(window: Window, features: Features): GradientPlan {
  const { channels: inputs, resultChannels: outputs } = window
  const { parts, partImages } = partsOf(window)
  return { ...cut(window, partImages), tile: chooseTile(features, inputs, outputs), inputs, outputs, parts, partImages }
}

function isEven({ result }: Window): boolean {
  return result[0] % TILE_RESULTS === 0 && result[1] % TILE_RESULTS === 0
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

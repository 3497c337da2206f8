/**
 * How a convolution, or its gradient by the image, is cut into bands of rows, phases, and segments along K; and the tables
 * of byte offsets that the inner loop walks by. No code here.
 */
import type { Features } from '../features.ts'
import type { Epilogue } from './epilogue.ts'
import { chooseTile, depthwiseTile, ELEMENT, roundUp } from './tile.ts'
import type { PanelShape } from './weights.ts'
import { type Phase, reach, type Window } from './window.ts'

/** Bytes of the source that a band reads. */
const BAND_BYTES = 96 << 10
/** Pixels of a band, so that a block of sums stays in the first cache; fewer where there are few images to share. */
const BAND_PIXELS = 1024
const FEW_IMAGES = 8
const FEW_PIXELS = 128
/** Steps along K between two visits of memory: see PIECE in matmul-plan.ts. */
const PIECE = 320

/** A phase, ready for the inner loop. */
export interface PhasePlan extends Phase {
  /** Steps along K that are contiguous in the source, and byte offsets of where they begin. */
  readonly run: number
  readonly segments: readonly number[]
  /** Segments of a piece of K. */
  readonly pieceSegments: number
  /** Steps along K of the phases before this one: where its part of a panel begins. */
  readonly before: number
}

export interface Plan extends PanelShape {
  readonly phases: readonly PhasePlan[]
  /** Every channel is summed up by itself: groups of one channel each, which the tile takes side by side. */
  readonly depthwise: boolean
  readonly groups: number
  /** Rows of a phase that a band has, and bands of an image. */
  readonly bandRows: number
  readonly bands: number
  /** Rows and columns of the source that a band reads, from the lowest offset on. */
  readonly low: readonly [number, number]
  readonly bandSource: readonly [number, number]
  /** Whether a band is copied between zeros first. */
  readonly padded: boolean
  /** Whether the inner loop may store sums where they belong. */
  readonly direct: boolean
}

export function planConvolution(window: Window, features: Features, { plain }: Epilogue): Plan {
  const { phases, advance, channels, resultChannels, images, source } = window
  const depthwise = window.groups > 1 && window.groups === channels && channels === resultChannels
  const groups = depthwise ? 1 : window.groups
  const inputs = channels / window.groups
  const outputs = resultChannels / groups
  const [lowY, highY] = reach(window, 0)
  const [lowX, highX] = reach(window, 1)
  const phaseRows = Math.max(...phases.map(({ count }) => count[0]))
  const phaseColumns = Math.max(...phases.map(({ count }) => count[1]))
  const sourceColumns = (phaseColumns - 1) * advance[1] + highX - lowX + 1
  const sourceRows = (rows: number): number => (rows - 1) * advance[0] + highY - lowY + 1
  const overEdge = lowY < 0 || lowX < 0 || sourceRows(phaseRows) + lowY > source[0] || sourceColumns + lowX > source[1]

  const mostPixels = images < FEW_IMAGES ? FEW_PIXELS : BAND_PIXELS
  const rowBytes = sourceColumns * channels * ELEMENT
  const mostRows = Math.min(mostPixels / phaseColumns, (BAND_BYTES / rowBytes - (highY - lowY)) / advance[0])
  const bands = Math.ceil(phaseRows / Math.max(1, Math.floor(mostRows)))
  const bandRows = Math.ceil(phaseRows / bands)

  const lineChannels = (overEdge ? sourceColumns : source[1]) * channels
  let depth = 0
  const phasePlans = phases.map((phase): PhasePlan => {
    const before = depth
    depth += phase.taps.length * inputs
    const { run, segments } = segmentsOf(phase, inputs, lineChannels, channels, [lowY, lowX])
    return { ...phase, run, segments, pieceSegments: Math.max(1, Math.floor(PIECE / run)), before }
  })

  const tile = depthwise ? depthwiseTile(features) : chooseTile(features, bandRows * phaseColumns, outputs)
  const pixels = [bandRows, phaseRows - (bands - 1) * bandRows].map((rows) => rows * phaseColumns)
  const direct =
    phases.length === 1 &&
    depth > 0 &&
    outputs % tile.columns === 0 &&
    pixels.every((count) => count % tile.rows === 0) &&
    plain?.strides[3] === 1 &&
    plain.strides[1] === plain.strides[2] * window.result[1]
  return {
    window,
    phases: phasePlans,
    tile,
    depthwise,
    groups,
    inputs,
    outputs,
    depth,
    bandRows,
    bands: phaseRows === 0 ? 0 : Math.ceil(phaseRows / bandRows),
    low: [lowY, lowX],
    bandSource: [sourceRows(bandRows), sourceColumns],
    padded: overEdge,
    direct,
  }
}

/** Where along K the source is contiguous: neighbouring taps of a row, cut to pieces that fit the first cache. */
function segmentsOf(
  { taps }: Phase,
  inputs: number,
  lineChannels: number,
  channels: number,
  [lowY, lowX]: readonly [number, number],
): { run: number; segments: number[] } {
  const offsets = taps.map(({ offset: [y, x] }) => (y - lowY) * lineChannels + (x - lowX) * channels)
  let joined = 1
  const joins = (i: number): boolean => inputs === channels && offsets[i] === offsets[i - 1] + inputs
  while (joined < taps.length && joins(joined)) joined += 1
  const even = offsets.length % joined === 0 && offsets.every((_, i) => i % joined === 0 || joins(i))
  if (!even) joined = 1
  let run = joined * inputs
  let parts = 1
  while (run / parts > PIECE || run % parts !== 0) parts += 1
  run /= parts
  const starts = offsets.filter((_, i) => i % joined === 0)
  const segments = starts.flatMap((start) => Array.from({ length: parts }, (_, part) => (start + part * run) * ELEMENT))
  return { run, segments }
}

export interface PhaseTables {
  /** Bytes from the start of the table to the offsets of the rows of a full band, of the last band, of the segments. */
  readonly rows: number
  readonly lastRows: number
  readonly segments: number
}

/** Byte offsets of the pixels of bands, and of segments, for all phases, one after another. */
export function tables({ window, phases, tile, bandRows, bands, bandSource, padded }: Plan): {
  data: Int32Array
  places: PhaseTables[]
} {
  const { advance, channels, source } = window
  const line = padded ? bandSource[1] : source[1]
  const data: number[] = []
  const add = (offsets: readonly number[]): number => (data.push(...offsets) - offsets.length) * ELEMENT
  const places = phases.map(({ count: [rows, columns], segments }): PhaseTables => {
    const pixels = (bandRowCount: number): number[] => {
      const count = bandRowCount * columns
      return Array.from({ length: roundUp(count, tile.rows) }, (_, i) => {
        const pixel = Math.min(i, count - 1)
        const y = Math.floor(pixel / columns)
        const x = pixel % columns
        return (y * advance[0] * line + x * advance[1]) * channels * ELEMENT
      })
    }
    const last = rows - (bands - 1) * bandRows
    const full = add(pixels(bandRows))
    return { rows: full, lastRows: last === bandRows ? full : add(pixels(Math.max(last, 0))), segments: add(segments) }
  })
  return { data: Int32Array.from(data), places }
}

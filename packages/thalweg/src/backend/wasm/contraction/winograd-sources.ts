/** Sources of several images, copied between zeros and transformed into 16 planes of tiles by channels (winograd.ts). */
import type { Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'
import { ALIGNMENT, align } from '../memory.ts'
import type { Registers } from '../terms.ts'
import { bandBytes, emitBandCopy } from './image.ts'
import { ELEMENT } from './tile.ts'
import { TILE_RESULTS, transformSources } from './winograd.ts'
import type { Cut } from './winograd-plan.ts'

/** Bytes from plane to plane. All 16 are written at once: a line more keeps them from competing for the lines of a cache. */
export function planeBytes(tiles: number, floats: number): number {
  return align(tiles * floats * ELEMENT) + ALIGNMENT
}

/** Bytes of the copy of a band. */
export function copyBytes({ bandSource, low, window }: Cut): number {
  return bandBytes({ bandSource, low, channels: window.channels })
}

export interface SourceRange {
  readonly image: Local
  /** Room for a copy, and where the transformed sources go: tile after tile, row after row, image after image. */
  readonly copy: Local
  readonly sources: Local
  readonly firstImage: Local
  readonly lastImage: Local
  /** The result row that begins the band, and how many rows of tiles it has. */
  readonly firstRow: Local
  readonly rows: Local
}

export function emitSources(
  registers: Registers,
  shared: SharedFunctions,
  { window, low, bandSource, tileColumns }: Cut,
  plane: number,
  { image, copy, sources, firstImage, lastImage, firstRow, rows }: SourceRange,
): void {
  registers.scope(() => {
    const { code } = registers
    const { channels } = window
    const rowBytes = bandSource[1] * channels * ELEMENT
    const [number, row, from, to] = Array.from({ length: 4 }, () => registers.take('i32'))
    code.get(sources).set(to)
    code.for(number, firstImage, lastImage, 1, () => {
      const band = { ...window, low, bandSource, image, number, firstRow, target: copy }
      emitBandCopy(registers, shared, band)
      code.get(copy).set(from)
      code.for(row, 0, rows, 1, () => {
        code.ints(from, to, tileColumns).call(transformSources(shared, channels, rowBytes, plane))
        code.increase(from, TILE_RESULTS * rowBytes).increase(to, tileColumns * channels * ELEMENT)
      })
    })
  })
}

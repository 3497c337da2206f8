/**
 * The ways in which the rows of a tile are walked along K. Each is a function that all kernels of a module share; what is
 * constant in it stands in its key.
 */
import type { Code, FunctionReference, Label, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'
import { ELEMENT, emitTiles, fence, type Tile, type TileSums, tileName } from './tile.ts'

/** Steps between two updates of the row pointers: in rounds of a long run, in what they leave over, in a short run. */
const ROUND = 8
const FENCED_ROUND = 16
const REST = 4
const SHORT_ROUND = 8
const LONG_RUN = 24
/** So many steps may be written out one by one. */
export const MOST_WRITTEN_OUT = 32

/** Bytes on the A side and on the B side: between neighbours along K, or from where a tile begins. */
export interface Steps {
  readonly a: number
  /** From neighbour to neighbour `columns * 4` in a packed panel. */
  readonly b: number
}

function parameters(count: number): readonly 'i32'[] {
  return new Array<'i32'>(count).fill('i32')
}

/** `count` steps from where the pointers stand, which then move on; `endStep(u)` ends the basic block of the u-th step. */
function emitSteps(
  code: Code,
  sums: TileSums,
  pointers: readonly Local[],
  b: Local,
  steps: Steps,
  count: number,
  endStep: (u: number) => void,
): void {
  for (let u = 0; u < count; u++) {
    sums.step(pointers, u * steps.a, b, u * steps.b)
    if (u < count - 1) endStep(u + 1)
  }
  for (const pointer of pointers) code.increase(pointer, count * steps.a)
  code.increase(b, count * steps.b)
}

/**
 * Any walk: segments of any place and length. Parameters: base, rows, rowsEnd, segments, segmentsEnd (a table of byte
 * offsets, not empty), runBytes (of the B side that one segment takes: its length times `steps.b`, not 0), panel, out,
 * outStride, accumulate.
 *
 * @param run about how many steps a segment has; any number is right, but not as fast
 */
export function walkSegments(shared: SharedFunctions, tile: Tile, steps: Steps, run: number): FunctionReference {
  const isLong = run >= LONG_RUN
  const key = `${tileName(tile)} steps ${steps.a} ${steps.b} ${isLong ? 'long' : 'short'}`
  return shared.function(key, parameters(10), (code) => {
    const [base, rows, rowsEnd, segments, segmentsEnd, runBytes, panel, out, outStride, accumulate] = code.parameters
    const pointers = code.locals('i32', tile.rows)
    const segment = code.local('i32')
    const b = code.local('i32')
    const runEnd = code.local('i32')
    const lastRound = code.local('i32')
    const round = tile.fenced ? FENCED_ROUND : ROUND

    /** As many whole rounds as there are, without a look at the end of the run. */
    const sumRounds = (sums: TileSums, done: Label): void => {
      code.sum(runEnd, [round, -steps.b]).set(lastRound)
      code.get(b).get(lastRound).op('i32.le_u')
      code.if(() => {
        code.loop((again) => {
          emitSteps(code, sums, pointers, b, steps, round, (u) => fence(code, tile, b, u, done))
          code.get(b).get(lastRound).op('i32.le_u').branchIf(again)
        })
      })
      code.get(b).get(runEnd).op('i32.eq').branchIf(done)
    }

    const sumRun = (sums: TileSums): void => {
      const atEnd = (u: number, done: Label): void => {
        code.get(b).sum(runEnd, [u, -steps.b]).op('i32.eq').branchIf(done)
      }
      code.block((done) => {
        if (isLong) sumRounds(sums, done)
        code.loop((again) => {
          emitSteps(code, sums, pointers, b, steps, isLong ? REST : SHORT_ROUND, (u) => atEnd(u, done))
          code.get(b).get(runEnd).op('i32.ne').branchIf(again)
        })
      })
      code.get(runEnd).set(b)
    }

    emitTiles(code, tile, { base, rows, rowsEnd, out, outStride, accumulate }, (sums, starts) => {
      code.get(panel).set(b).get(segments).set(segment)
      code.loop((again) => {
        starts.forEach((start, r) => {
          code.get(start).get(segment).load('i32.load').op('i32.add').set(pointers[r])
        })
        code.sum(b, [runBytes, 1]).set(runEnd)
        sumRun(sums)
        code.increase(segment, ELEMENT)
        code.get(segment).get(segmentsEnd).op('i32.lt_u').branchIf(again)
      })
    })
  })
}

/**
 * Segments that are all as short (`run` steps, written out) and as far from each other (`distance` bytes): the rows of a
 * small image. Parameters: base, rows, rowsEnd, panel, panelEnd, out, outStride, accumulate.
 */
export function walkEvenly(
  shared: SharedFunctions,
  tile: Tile,
  steps: Steps,
  run: number,
  distance: number,
): FunctionReference {
  const key = `${tileName(tile)} steps ${steps.a} ${steps.b} runs ${run} ${distance}`
  return shared.function(key, parameters(8), (code) => {
    const [base, rows, rowsEnd, panel, panelEnd, out, outStride, accumulate] = code.parameters
    const pointers = code.locals('i32', tile.rows)
    const b = code.local('i32')
    emitTiles(code, tile, { base, rows, rowsEnd, out, outStride, accumulate }, (sums, starts) => {
      code.get(panel).set(b)
      starts.forEach((start, r) => {
        code.get(start).set(pointers[r])
      })
      code.block((never) => {
        code.loop((again) => {
          emitSteps(code, sums, pointers, b, steps, run, (u) => fence(code, tile, b, u, never))
          for (const pointer of pointers) code.increase(pointer, distance - run * steps.a)
          code.get(b).get(panelEnd).op('i32.ne').branchIf(again)
        })
      })
    })
  })
}

/**
 * A K so short that it is written out as a whole: byte offsets on the A side and on the B side, for each k. Parameters: base, rows, rowsEnd, panel, out, outStride; the sums are stored.
 */
export function walkOffsets(shared: SharedFunctions, tile: Tile, offsets: readonly Steps[]): FunctionReference {
  const key = `${tileName(tile)} at ${offsets.map(({ a, b }) => `${a}:${b}`)}`
  return shared.function(key, parameters(6), (code) => {
    const [base, rows, rowsEnd, panel, out, outStride] = code.parameters
    emitTiles(code, tile, { base, rows, rowsEnd, out, outStride }, (sums, starts) => {
      code.block((never) => {
        offsets.forEach(({ a, b }, k) => {
          sums.step(starts, a, panel, b)
          fence(code, tile, panel, k + 1, never)
        })
      })
    })
  })
}

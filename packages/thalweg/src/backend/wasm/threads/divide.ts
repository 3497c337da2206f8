/** Which stages of a program threads share, and in how many pieces; the others run on the leader alone, between turns. */
import type { Stage } from '../kernel.ts'

export type Turn =
  | { readonly kind: 'alone'; readonly stages: readonly Stage[] }
  /** `pieces` ranges of `units` units each; the last may be shorter. */
  | { readonly kind: 'shared'; readonly stage: Stage; readonly units: number; readonly pieces: number }

/** What opening a turn, and waiting for its last piece, costs is small beside this. */
const PIECE_NS = 3000
/** For each thread: few enough to be cheap, enough that a thread that is held up holds up little. */
const PIECES_PER_THREAD = 8
/** A stage is shared where it makes at least so many pieces. */
const FEWEST_PIECES = 2
/**
 * In a whole run. Waking a helper, and the lines that go from its cache to the leader's and back, take longer than what it would
 * do of less: the step of a sparse regression with 20,000 ns to share took twice as long on two threads as on one.
 */
const RUN_NS = 50_000
/** More could not be counted in the low bits of a turn. */
const MOST_PIECES = 4096

/** `evenly`: even what is not worth it, and every thread has to do its own part: for tests. */
export type Sharing = 'worthwhile' | 'evenly'

export function divide(stages: readonly Stage[], threads: number, sharing: Sharing = 'worthwhile'): Turn[] {
  const turns: Turn[] = []
  let alone: Stage[] = []
  for (const stage of stages) {
    if (stage.units === 0) continue
    const pieces = piecesOf(stage, threads, sharing)
    if (pieces === undefined) {
      alone.push(stage)
      continue
    }
    if (alone.length > 0) turns.push({ kind: 'alone', stages: alone })
    alone = []
    turns.push({ kind: 'shared', stage, ...pieces })
  }
  if (alone.length > 0) turns.push({ kind: 'alone', stages: alone })
  const shared = sharedWork(turns)
  if (sharing === 'evenly' || shared === 0 || shared >= RUN_NS) return turns
  return [{ kind: 'alone', stages: stages.filter(({ units }) => units > 0) }]
}

function piecesOf(
  { units, work, together = 1 }: Stage,
  threads: number,
  sharing: Sharing,
): { units: number; pieces: number } | undefined {
  const worthwhile = sharing === 'evenly' ? units : Math.floor(work / PIECE_NS)
  const wanted = Math.min(worthwhile, threads * PIECES_PER_THREAD, MOST_PIECES)
  if (threads === 1 || wanted < FEWEST_PIECES) return undefined
  // Units that share a preparation stay together where there are enough such groups for all.
  const group = units >= together * wanted ? together : 1
  const groups = Math.ceil(units / group)
  const length = Math.ceil(groups / Math.min(wanted, groups)) * group
  const pieces = Math.ceil(units / length)
  return pieces >= FEWEST_PIECES ? { units: length, pieces } : undefined
}

/** About how many nanoseconds of a run threads can share. */
export function sharedWork(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + (turn.kind === 'shared' ? turn.stage.work : 0), 0)
}

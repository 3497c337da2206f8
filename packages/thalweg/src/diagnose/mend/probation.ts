/**
 * Whether a mend is taken back. A race is short, and the run long: an attempt that a mend has left is kept as it stood, and
 * where the mended run turns out worse than that, the run goes on with it.
 */
import type { Position } from '../../train/index.ts'
import { MARGIN } from './race.ts'

/** An attempt where it stands, or where it was left. */
export interface Standpoint {
  /** Of its weights (yardstick.ts). */
  readonly loss: number
  readonly position: Position
  /** Whether its last epoch has ended. */
  readonly isFinished: boolean
}

/** Less than this of the loss of a constant answer, above the least there is, and a run has learned something. */
const LEARNED = 0.97

/**
 * The attempt to go on with instead of the present one, by its number; nothing where that is as good as any. It is asked in
 * trouble that nothing else helps against, and in the end.
 *
 * @param blindLoss of a constant answer, where it is known
 * @param leastLoss that there can be
 */
export function otherAttempt(
  present: Standpoint,
  left: ReadonlyMap<number, Standpoint>,
  blindLoss: number = Number.POSITIVE_INFINITY,
  leastLoss = 0,
): number | undefined {
  const others = alive(left)
  const isLearned = (loss: number): boolean => loss - leastLoss < LEARNED * (blindLoss - leastLoss)
  const isDead = !Number.isFinite(present.loss)
  // From a run that has learned nothing yet, a dead one would only come to where it died.
  const [best] = isDead ? others.filter(([, { loss }]) => isLearned(loss)) : others
  if (!best) return undefined
  // Of two that are on their way, the one that is further may be better for that alone.
  const isComparable = present.isFinished || isDead || present.position.step >= best[1].position.step
  if (isComparable && best[1].loss - leastLoss < (1 - MARGIN) * (present.loss - leastLoss)) return best[0]
  // The mend has led nowhere. What the run would have come to without it, it comes to now.
  const isFutile = present.isFinished && !isLearned(present.loss)
  return isFutile ? others.find(([, { isFinished }]) => !isFinished)?.[0] : undefined
}

/** The best of those that came to their end. */
export function finishedAttempt(left: ReadonlyMap<number, Standpoint>): number | undefined {
  return alive(left).find(([, { isFinished }]) => isFinished)?.[0]
}

/** The best one first. */
function alive(left: ReadonlyMap<number, Standpoint>): [number, Standpoint][] {
  return [...left].filter(([, { loss }]) => Number.isFinite(loss)).sort(([, a], [, b]) => a.loss - b.loss)
}

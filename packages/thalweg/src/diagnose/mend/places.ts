/** Places that a run can go on from when it is mended: where it was last well, or its beginning. */
import type { NamedArray } from '../../nn/index.ts'
import { bestPrefix, MODEL, namedArrays, TRAIN } from '../../train/array-names.ts'
import { withoutBest } from '../../train/best.ts'
import { birthsOf, keptPatches } from '../../train/case.ts'
import {
  applyPatches,
  type Configuration,
  type EpochSums,
  type Mend,
  type Position,
  type Snapshot,
  type StoredArray,
} from '../../train/index.ts'
import { copyOf } from '../first-weights.ts'
import { MARGIN } from './race.ts'
import { lossOf } from './yardstick.ts'

export interface Place {
  readonly weights: Readonly<Record<string, NamedArray>>
  readonly position: Position
  /** All that a run of this configuration was there, where that is known. */
  readonly arrays?: ReadonlyMap<string, StoredArray>
  /** Of the epoch that goes on there. */
  readonly sums?: Pick<EpochSums, 'lossSum' | 'correct'>
}

export function placeOf(snapshot: Pick<Snapshot, 'arrays' | 'position'> | undefined): Place | undefined {
  if (!snapshot) return undefined
  const { arrays, position } = snapshot
  const { lossSum, correct } = namedArrays(arrays, TRAIN)
  const sums = { lossSum: lossSum?.data[0] ?? 0, correct: correct?.data[0] ?? 0 }
  return { weights: namedArrays(arrays, MODEL), position, arrays, sums }
}

/** First weights as they are drawn from the seed, or by the initializer that a mend brought, and the beginning of the run. */
export function beginningOf(
  { model, settings: { store: _, ...settings } }: Configuration,
  mends: readonly Mend[],
): Place {
  const drawn = keptPatches(mends).findLast(({ kind }) => kind === 'initializer')
  const first = drawn ? applyPatches({ model, settings }, [drawn]) : { model, settings }
  const store = copyOf(first.model, first.settings)
  const weights = store.save()
  store.release()
  return { weights, position: { epoch: 0, batch: 0, step: 0 } }
}

/** Whether an attempt follows from the seed alone: neither it nor one that led to it began anywhere but at the beginning. */
export function isFromBeginning(attempt: number, mends: readonly Mend[]): boolean {
  return birthsOf(attempt, mends).every(({ from }) => from.step === 0)
}

/** What a place has to do better than: the loss of first weights, and that of a constant answer, where it is known. */
export async function usualLoss(
  configuration: Configuration,
  beginning: Place,
  blindLoss: number | undefined,
): Promise<number> {
  return Math.min(await lossOf(configuration, beginning.weights), blindLoss ?? Number.POSITIVE_INFINITY)
}

/** Whether it is worth anything to go on from weights with this loss: nothing was learned where it is as good as usual. */
export function isSound(loss: number, usual: number): boolean {
  return loss < (1 - MARGIN) * usual
}

/**
 * The newest sound place that an earlier sitting has left, or the beginning: of the epochs that were kept as the best ones, and
 * of older checkpoints.
 */
export async function soundPlace(
  configuration: Configuration,
  beginning: Place,
  { usual, mends, before }: { readonly usual: number; readonly mends: readonly Mend[]; readonly before: number },
): Promise<Place> {
  for await (const place of earlierPlaces(configuration, mends.length)) {
    if (place.position.step < before && isSound(await lossOf(configuration, place.weights), usual)) return place
  }
  return beginning
}

async function* earlierPlaces(
  { settings: { resume, checkpoint } }: Configuration,
  mends: number,
): AsyncGenerator<Place> {
  for (const { epoch, step } of [...(resume?.best ?? [])].sort((a, b) => b.step - a.step)) {
    const weights = namedArrays(resume?.arrays ?? new Map(), bestPrefix(epoch))
    yield { weights, position: { epoch, batch: 0, step } }
  }
  for await (const snapshot of checkpoint?.earlier?.() ?? []) {
    // From before a mend, it belongs to another run.
    if ((snapshot.mends?.length ?? 0) !== mends) continue
    const place = placeOf(snapshot)
    if (place) yield { ...place, arrays: withoutBest(snapshot.arrays) }
  }
}

/**
 * Attempts of a run, where mends lead from one to another: to a new one, or back to one that was left. Each that is left is kept
 * as it stood, so that it can be gone on with, bit for bit as if the mend had never been. They lie in memory: a run that was
 * interrupted keeps the mends that it had.
 */
import { internal } from '../base/index.ts'
import type { Model } from '../nn/index.ts'
import type { BestEpoch, BestEpochs } from './best.ts'
import type { Position } from './checkpoint.ts'
import type { EpochEvent } from './events.ts'
import type { StoredArray } from './safetensors.ts'
import type { Settings } from './settings.ts'
import type { EarlierAttempt, NewAttempt } from './watch.ts'
import type { Work } from './work.ts'

/** What belongs to the attempt that a run goes on with, and follows it. */
export interface Course {
  readonly history: EpochEvent[]
  readonly bestEpochs: BestEpochs
  readonly open: (model: Model, settings: Settings) => Work
}

/** An attempt that was left. */
interface Attempt extends Pick<Work, 'model' | 'settings'> {
  readonly arrays: ReadonlyMap<string, StoredArray>
  readonly position: Position
  readonly history: readonly EpochEvent[]
  readonly best: readonly BestEpoch[]
}

/** Where a run goes on. */
export interface Taken {
  readonly work: Work
  readonly position: Position
}

export interface Attempts {
  /** Keeps one under its number. */
  leave(number: number, work: Work, position: Position): void
  placeOf(change: NewAttempt | EarlierAttempt): Position
  /** Leads the run there. `left` is the model that it has had. */
  take(change: NewAttempt | EarlierAttempt, left: Model): Taken
}

export function createAttempts({ history, bestEpochs, open }: Course): Attempts {
  const kept = new Map<number, Attempt>()

  function earlier({ attempt: number }: EarlierAttempt): Attempt {
    const attempt = kept.get(number)
    if (!attempt) throw internal('a run cannot go back to an attempt that it never left', `attempt ${number}`)
    return attempt
  }

  function goBack({ model, settings, arrays, best, position, history: before }: Attempt): Taken {
    bestEpochs.goBack(best)
    const work = open(model, settings)
    work.session.restore(arrays)
    history.splice(0, history.length, ...before)
    return { work, position }
  }

  function goOn({ model, settings, weights, sums, position }: NewAttempt, left: Model): Taken {
    bestEpochs.forget(model === left ? position.epoch : 0)
    const work = open(model, settings)
    if (weights) work.session.store.load(weights)
    if (position.batch > 0) work.session.beginEpoch(sums)
    history.length = position.epoch
    return { work, position }
  }

  return {
    leave(number, { model, settings, session }, position) {
      kept.set(number, {
        model,
        settings: drawn(settings),
        arrays: session.arrays(),
        position,
        history: [...history],
        best: [...bestEpochs.list],
      })
    },
    placeOf: (change) => ('attempt' in change ? earlier(change) : change).position,
    take: (change, left) => ('attempt' in change ? goBack(earlier(change)) : goOn(change, left)),
  }
}

/** Its weights are among its arrays, and their store is the run's own: another one takes them. */
function drawn({ store: _, ...settings }: Settings): Settings {
  return settings
}

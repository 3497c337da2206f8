/**
 * Attempts of a run that were left: each as it stood when a mend took its place, so that it can be gone on with, bit for bit as
 * if the mend had never been. They lie in memory: a run that was interrupted keeps the mends that it had.
 */
import { internal } from '../base/index.ts'
import type { BestEpoch } from './best.ts'
import type { Position } from './checkpoint.ts'
import type { EpochEvent } from './events.ts'
import type { StoredArray } from './safetensors.ts'
import type { Settings } from './settings.ts'
import type { Work } from './work.ts'

export interface Attempt extends Pick<Work, 'model' | 'settings'> {
  readonly arrays: ReadonlyMap<string, StoredArray>
  readonly position: Position
  readonly history: readonly EpochEvent[]
  readonly best: readonly BestEpoch[]
}

export interface Attempts {
  /** Keeps one under its number. */
  leave(number: number, work: Work, progress: Pick<Attempt, 'position' | 'history' | 'best'>): void
  /** One that was left; there is no other. */
  back(number: number): Attempt
}

export function createAttempts(): Attempts {
  const left = new Map<number, Attempt>()
  return {
    leave(number, { model, settings, session }, { position, history, best }) {
      left.set(number, {
        model,
        settings: drawn(settings),
        arrays: session.arrays(),
        position,
        history: [...history],
        best: [...best],
      })
    },
    back(number) {
      const attempt = left.get(number)
      if (!attempt) throw internal('a run cannot go back to an attempt that it never left', `attempt ${number}`)
      return attempt
    },
  }
}

/** Its weights are among its arrays, and their store is the run's own: another one takes them. */
function drawn({ store: _, ...settings }: Settings): Settings {
  return settings
}

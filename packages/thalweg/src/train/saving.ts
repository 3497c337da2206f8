/**
 * Saving a run while it goes on: which epochs, what of them, and which of the saved ones are the best. Nothing is ever saved
 * that is not finite.
 */
import type { BestEpochs } from './best.ts'
import { type CheckpointOptions, encodeCheckpoint, type Position, type Progress, type Signature } from './checkpoint.ts'
import type { EpochEvent, TrainEvent } from './events.ts'
import { bestFirst } from './monitor.ts'
import type { StoredArray } from './safetensors.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'

export interface Saver {
  /** Whether an epoch that ended is saved by itself; where a run stops early, it is saved too. */
  isDue(epoch: number): boolean
  /**
   * Saves the state, unless it is saved already.
   *
   * @returns the first array that holds NaN or infinity: such a state is not saved
   */
  save(session: Session, best: BestEpochs, progress: Omit<Progress, 'best'>): Promise<string | undefined>
  /** The run went back: what was saved after this step has not been. */
  forget(after: number): void
}

export function createSaver(
  settings: Settings,
  checkpoint: CheckpointOptions,
  signature: Signature,
  emit: (event: TrainEvent) => void,
): Saver {
  let saved = settings.resume?.position
  let stale: number | undefined
  return {
    isDue: (epoch) => isDue(epoch, settings),
    async save(session, best, progress) {
      const { position, history } = progress
      if (saved === position) return undefined
      const arrays = session.arrays()
      // The last update may have spoilt a parameter before any loss shows it.
      const spoilt = nonFiniteIn(arrays)
      if (spoilt !== undefined) return spoilt
      for (const [name, array] of best.arrays()) arrays.set(name, array)
      const bytes = await encodeCheckpoint({ signature, ...progress, best: best.records(), arrays })
      const bestSteps = bestSavedSteps(history, position, settings)
      const isBest = position.batch === 0 && bestSteps[0] === position.step
      const path = await checkpoint.save({
        bytes,
        position,
        best: isBest,
        bestSteps,
        ...(stale !== undefined && { stale }),
      })
      saved = position
      stale = undefined
      const { step, epoch } = position
      emit({ type: 'checkpoint', step, epoch, best: isBest, ...(path !== undefined && { path }) })
      return undefined
    },
    forget(after) {
      saved = undefined
      stale = Math.min(after, stale ?? after)
    },
  }
}

/** The first array that holds NaN or infinity. */
function nonFiniteIn(arrays: ReadonlyMap<string, StoredArray>): string | undefined {
  for (const [name, { data }] of arrays) {
    if (!(data instanceof Int32Array || data.every(Number.isFinite))) return name
  }
  return undefined
}

function isDue(epoch: number, { checkpoint, epochs }: Settings): boolean {
  return epoch % (checkpoint?.everyEpochs ?? 1) === 0 || epoch === epochs
}

/** Of the epochs that were saved, the one that is saved now among them, the steps of the best. */
function bestSavedSteps(history: readonly EpochEvent[], { batch, step }: Position, settings: Settings): number[] {
  const { monitor, keepBest } = settings
  const saved = history.filter((one) => isDue(one.epoch, settings) || (batch === 0 && one.step === step))
  return bestFirst(saved, monitor)
    .slice(0, Math.max(1, keepBest))
    .map((one) => one.step)
}

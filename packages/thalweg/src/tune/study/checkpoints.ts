/** Where the trials of a study keep their checkpoints, so that a promoted or interrupted one goes on where it stopped. */

import { ThalwegError } from '../../base/index.ts'
import { removeFolder } from '../../train/files.ts'
import {
  type CheckpointOptions,
  checkpointFolder,
  decodeCheckpoint,
  latestCheckpoint,
  type Snapshot,
} from '../../train/index.ts'

export interface TrialCheckpoints {
  /** The newest of a trial, if it has one. */
  latest(trial: number): Promise<Snapshot | undefined>
  /** Takes the next one of a trial: `checkpoint.save` of `fit`. */
  sink(trial: number): CheckpointOptions['save']
  /** Forgets those of a trial. */
  drop(trial: number): Promise<void>
}

export function memoryCheckpoints(): TrialCheckpoints {
  const kept = new Map<number, Uint8Array>()
  return {
    async latest(trial) {
      const bytes = kept.get(trial)
      return bytes && decodeCheckpoint(bytes, `trial ${trial}`)
    },
    sink: (trial) => async (checkpoint) => {
      kept.set(trial, checkpoint.bytes)
      return undefined
    },
    drop: async (trial) => void kept.delete(trial),
  }
}

/** A folder for each trial, `00017`, in `folder`. Node only. */
export function folderCheckpoints(folder: string): TrialCheckpoints {
  const of = (trial: number): string => `${folder}/${String(trial).padStart(5, '0')}`
  return {
    async latest(trial) {
      try {
        return (await latestCheckpoint(of(trial))).snapshot
      } catch (error) {
        if (error instanceof ThalwegError && error.code === 'train/no-checkpoint') return undefined
        throw error
      }
    },
    sink: (trial) => checkpointFolder(of(trial), { keep: 1 }),
    drop: (trial) => removeFolder(of(trial)),
  }
}

/**
 * Writes a run into a folder, to be predicted with later: `model.safetensors` (weights and running statistics), `run.json`
 * (what it was trained for, and how that went) and, where there is any, `preprocessing.json`. The model itself is code and
 * is not in it. Node only; saved-run.ts reads it.
 */
import type { Shape } from '../base/index.ts'
import type { Preprocessing, Target } from '../data/index.ts'
import type { NamedArray } from '../nn/index.ts'
import { describeRules } from '../optim/rules.ts'
import { printState } from './checkpoint.ts'
import type { EpochEvent } from './events.ts'
import { writeFileAtomic } from './files.ts'
import { statisticsOf } from './final.ts'
import type { Metrics } from './metrics.ts'
import type { Mend } from './patch.ts'
import { encodeSafetensors, type StoredArray } from './safetensors.ts'
import type { Settings } from './settings.ts'

/** What `run.json` holds. */
export interface RunRecord {
  readonly version: 1
  readonly inputShape: Shape
  readonly target: Target
  readonly seed: number
  readonly batchSize: number
  readonly loss: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly rules?: Readonly<Record<string, unknown>> | undefined
  /** By which batch norm normalizes: `moving`, `article` or `exact`. */
  readonly statistics?: string | undefined
  readonly epochs: number
  readonly bestEpoch?: number | undefined
  readonly steps: number
  readonly seconds: number
  readonly history: readonly EpochEvent[]
  /** What a babysitter changed on the way. */
  readonly mends?: readonly Mend[] | undefined
  readonly test?: Metrics | undefined
}

export interface SaveRunOptions {
  /** Kept beside the weights; who loads the run finds it there. */
  readonly preprocessing?: Preprocessing | undefined
}

export const WEIGHTS = 'model.safetensors'
export const RECORD = 'run.json'
export const PREPROCESSING = 'preprocessing.json'

/** Its settings, and how it went. */
export function recordOf(
  settings: Settings,
  ended: Pick<RunRecord, 'epochs' | 'bestEpoch' | 'steps' | 'seconds' | 'history' | 'mends' | 'test'>,
): RunRecord {
  const { train, loss, seed, optimizer, batchSize } = settings
  const { mends = [], test, ...progress } = ended
  return {
    version: 1,
    inputShape: train.inputShape,
    target: train.target,
    seed,
    batchSize,
    loss: { name: loss.name, options: loss.options },
    optimizer: { name: optimizer.name, options: optimizer.options },
    rules: describeRules(settings),
    statistics: statisticsOf(settings),
    ...progress,
    ...(mends.length > 0 && { mends }),
    test,
  }
}

/** @throws ThalwegError `train/write-failed` */
export async function saveRun(
  folder: string,
  { weights, record }: { readonly weights: Readonly<Record<string, NamedArray>>; readonly record: RunRecord },
  { preprocessing }: SaveRunOptions = {},
): Promise<void> {
  const arrays = new Map<string, StoredArray>(Object.entries(weights))
  if (preprocessing)
    await writeFileAtomic(`${folder}/${PREPROCESSING}`, `${JSON.stringify(preprocessing, undefined, 2)}\n`)
  await writeFileAtomic(`${folder}/${WEIGHTS}`, await encodeSafetensors({ arrays, metadata: {} }))
  await writeFileAtomic(`${folder}/${RECORD}`, `${printState(record, 2)}\n`)
}

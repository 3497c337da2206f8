/** Ensembles from scratch: several models from several seeds, or several minima of one run. */
import { ThalwegError } from '../../base/index.ts'
import { batchCount } from '../../data/index.ts'
import type { Model } from '../../nn/index.ts'
import { cosineRestarts } from '../../optim/index.ts'
import { completeOptions, type FitOptions, fit, modelArrays, type Run, type Snapshot } from '../../train/index.ts'
import { checkCount } from '../pruners/checks.ts'
import { memoryCheckpoints, type TrialCheckpoints } from '../study/checkpoints.ts'
import type { Combine } from './combine.ts'
import { type Ensemble, ensemble } from './ensemble.ts'
import { memberOf } from './member.ts'

export interface TrainEnsembleOptions extends Omit<FitOptions, 'checkpoint' | 'resume' | 'store'> {
  /** How many. Default 5. */
  readonly members?: number
  readonly combine?: Combine
  /** Keeps what is trained, a member under each number: a later call goes on from there. Default memory. */
  readonly checkpoints?: TrialCheckpoints
}

export interface TrainedEnsemble {
  /** Of the members that were finished; nothing where not even one was. */
  readonly ensemble: Ensemble | undefined
  /** One for each member; of a snapshot ensemble the one that all snapshots are from. */
  readonly runs: readonly Run[]
  /** Whether the signal came before the last member was finished. */
  readonly interrupted: boolean
}

/**
 * Trains models one after the other, from `seed`, `seed + 1` and so on: other weights and another order of examples, the same
 * data (deep ensembles: Lakshminarayanan, Pritzel, Blundell, NIPS 2017).
 *
 * @param modelOf the model of each member, from 0: `() => model` for one architecture
 * @throws ThalwegError as `fit` does, and `tune/bad-option`
 */
export async function trainEnsemble(
  modelOf: (member: number) => Model,
  { members = 5, combine, checkpoints = memoryCheckpoints(), ...options }: TrainEnsembleOptions,
): Promise<TrainedEnsemble> {
  checkCount('trainEnsemble', 'members', members, 1)
  const runs: Run[] = []
  for (let member = 0; member < members; member++) {
    const run = await fit(modelOf(member), {
      ...options,
      seed: (options.seed ?? 0) + member,
      resume: await checkpoints.latest(member),
      checkpoint: { save: checkpoints.sink(member), everyEpochs: options.epochs },
    })
    runs.push(run)
    if (run.interrupted) break
  }
  const finished = runs.filter((run) => !run.interrupted)
  return {
    ensemble: finished.length > 0 ? ensemble(finished, { combine }) : undefined,
    runs,
    interrupted: finished.length < members,
  }
}

export interface SnapshotEnsembleOptions extends Omit<TrainEnsembleOptions, 'schedule'> {
  /** All epochs; each member gets an equal part of them, so `members` must divide it. */
  readonly epochs: number
}

/**
 * One run in which the learning rate falls to zero and starts again, once for each member; the weights at each minimum are a
 * member (Huang, Li, Pleiss, Liu, Hopcroft, Weinberger: "Snapshot Ensembles: Train 1, Get M for Free", ICLR 2017). The highest
 * rate is the optimizer's own.
 *
 * @throws ThalwegError as `fit` does, and `tune/bad-option`
 */
export async function snapshotEnsemble(
  model: Model,
  { members = 5, combine, checkpoints = memoryCheckpoints(), ...options }: SnapshotEnsembleOptions,
): Promise<TrainedEnsemble> {
  checkCount('snapshotEnsemble', 'members', members, 1)
  if (options.epochs % members !== 0) throw unevenCycles(options.epochs, members)
  const perMember = options.epochs / members
  const { train, batchSize, optimizer } = completeOptions(options)
  const period = perMember * batchCount(train.size, batchSize)
  const kept = await snapshotsIn(checkpoints, members)

  const run = await fit(model, {
    ...options,
    schedule: cosineRestarts({ learningRate: optimizer.learningRate, period }),
    resume: kept.at(-1),
    checkpoint: {
      everyEpochs: perMember,
      // A run that is interrupted on its way to a minimum is kept under the minimum's number, and written over there.
      save: (checkpoint) => checkpoints.sink(Math.ceil(checkpoint.position.step / period) - 1)(checkpoint),
    },
  })

  const whole = (await snapshotsIn(checkpoints, members)).filter(
    ({ position }, member) => position.epoch === (member + 1) * perMember,
  )
  const { inputShape, target } = train
  const where = { inputShape, target, ...(options.engine && { engine: options.engine }) }
  const all = whole.map((snapshot) => memberOf(model, modelArrays(snapshot), where))
  return {
    ensemble: all.length > 0 ? ensemble(all, { combine }) : undefined,
    runs: [run],
    interrupted: all.length < members,
  }
}

/** Those that are there, up to the first that is not. */
async function snapshotsIn(checkpoints: TrialCheckpoints, members: number): Promise<Snapshot[]> {
  const found: Snapshot[] = []
  for (let member = 0; member < members; member++) {
    const snapshot = await checkpoints.latest(member)
    if (!snapshot) break
    found.push(snapshot)
  }
  return found
}

function unevenCycles(epochs: number, members: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: 'snapshotEnsemble: members must divide the epochs, for each to end at a minimum',
    received: `${epochs} epochs, ${members} members`,
    try: `give epochs: ${Math.max(1, Math.round(epochs / members)) * members}`,
  })
}

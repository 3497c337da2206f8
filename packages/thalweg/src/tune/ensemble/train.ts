/** Ensembles from scratch: several models from several seeds, or several minima of one run. */
import { ThalwegError } from '../../base/index.ts'
import { batchCount } from '../../data/index.ts'
import type { Model, Store } from '../../nn/index.ts'
import { cosineDecay, type Schedule } from '../../optim/index.ts'
import { takeStatistics } from '../../train/final.ts'
import {
  completeOptions,
  type FitOptions,
  fit,
  modelArrays,
  type Position,
  type Run,
  type Settings,
  type Snapshot,
} from '../../train/index.ts'
import { checkCount } from '../checks.ts'
import { memoryCheckpoints, type TrialCheckpoints } from '../study/checkpoints.ts'
import type { Combine } from './combine.ts'
import { type Ensemble, ensemble } from './ensemble.ts'
import { type Member, memberOf } from './member.ts'

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
  refuseMending('trainEnsemble', options)
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

export interface SnapshotEnsembleOptions extends Omit<TrainEnsembleOptions, 'schedule' | 'earlyStopping'> {
  /** All epochs; each member gets an equal part of them, so `members` must divide it. */
  readonly epochs: number
  /** First weights. Default new ones, drawn from `seed`. */
  readonly store?: Store | undefined
  /** Saves every so many steps besides, not only at the ends of epochs. Default never. */
  readonly everySteps?: number | undefined
}

/** A cycle saves about this often on its way, for the case that it is killed. */
const SAVES = 10

/**
 * One run in which the learning rate falls to zero and starts again, once for each member; the weights at each minimum are a
 * member (Huang, Li, Pleiss, Liu, Hopcroft, Weinberger: "Snapshot Ensembles: Train 1, Get M for Free", ICLR 2017). The highest
 * rate is the optimizer's own. A cycle is so many epochs, however many updates each of them has.
 *
 * Where an average of the weights is kept, a member is the average as it stands at its minimum. `statistics` are taken for
 * each member, over its own weights. Early stopping would cut cycles short, and is refused.
 *
 * @throws ThalwegError as `fit` does, and `tune/bad-option`
 */
export async function snapshotEnsemble(
  model: Model,
  { members = 5, combine, checkpoints = memoryCheckpoints(), store, everySteps, ...options }: SnapshotEnsembleOptions,
): Promise<TrainedEnsemble> {
  checkCount('snapshotEnsemble', 'members', members, 1)
  refuseMending('snapshotEnsemble', options)
  if (options.epochs % members !== 0) throw unevenCycles(options.epochs, members)
  refuseOwn(options, 'earlyStopping', 'a cycle ends at its minimum, and not before')
  refuseOwn(options, 'schedule', 'its rate falls to zero once for each member')
  const perMember = options.epochs / members
  const settings = completeOptions(options)
  const kept = await snapshotsIn(checkpoints, members)
  const resume = kept.at(-1)

  const run = await fit(model, {
    ...options,
    ...(store && !resume && { store }),
    schedule: cyclesOf(settings, members),
    resume,
    checkpoint: {
      everyEpochs: saveEvery(perMember),
      ...(everySteps !== undefined && { everySteps }),
      // What is saved on its way to a minimum is kept under the minimum's number, and written over there.
      save: (checkpoint) => checkpoints.sink(cycleOf(checkpoint.position, perMember))(checkpoint),
    },
  })

  const whole = (await snapshotsIn(checkpoints, members)).filter(
    ({ position }, member) => position.epoch === (member + 1) * perMember,
  )
  const { inputShape, target } = options.train
  const where = { inputShape, target, ...(options.engine && { engine: options.engine }) }
  const order = settings.orders.name === 'shuffled' ? undefined : options.order
  const all: Member[] = []
  for (const snapshot of whole) {
    const member = memberOf(model, modelArrays(snapshot), where)
    await takeStatistics(model, member.store, { settings, order, engine: settings.engine })
    all.push(member)
  }
  return {
    ensemble: all.length > 0 ? ensemble(all, { combine }) : undefined,
    runs: [run],
    interrupted: all.length < members,
  }
}

/** Half a cosine to zero for each member, over the updates of its epochs. */
function cyclesOf(settings: Settings, members: number): Schedule {
  const { epochs, orders, batchSize, accumulate = 1, optimizer } = settings
  const ends: number[] = []
  let updates = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    updates += Math.ceil(batchCount(orders.length(epoch), batchSize) / accumulate)
    if ((epoch + 1) % (epochs / members) === 0) ends.push(updates)
  }
  const cycles = ends.map((end, cycle) => {
    const start = cycle === 0 ? 0 : ends[cycle - 1]
    return { start, end, rate: cosineDecay({ learningRate: optimizer.learningRate, totalSteps: end - start }) }
  })
  return (step) => {
    const { start, rate } = cycles.find(({ end }) => step < end) ?? cycles[cycles.length - 1]
    return rate(step - start)
  }
}

/** Which member a place in the run belongs to. */
function cycleOf({ epoch, batch }: Position, perMember: number): number {
  return Math.ceil((batch > 0 ? epoch + 1 : epoch) / perMember) - 1
}

/** Epochs between two checkpoints: a divisor of a cycle, so that its end is one of them. */
function saveEvery(perMember: number): number {
  let every = Math.ceil(perMember / SAVES)
  while (perMember % every !== 0) every++
  return every
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

/** Types say so; a program without them would wonder why nothing comes of it. */
function refuseOwn(options: object, option: 'earlyStopping' | 'schedule', reason: string): void {
  if (new Map(Object.entries(options)).get(option) === undefined) return
  throw new ThalwegError('tune/bad-option', {
    rule: `snapshotEnsemble: ${reason}`,
    received: `the option ${option}`,
    try: `leave ${option} out, or use trainEnsemble`,
  })
}

/** Members are one model from several seeds, or several minima of one run: what a mend changes in one, the others do not have. */
function refuseMending(who: string, { babysit }: Pick<FitOptions, 'babysit'>): void {
  if (babysit?.mode !== 'fix') return
  throw new ThalwegError('tune/bad-option', {
    rule: `${who}: members are watched and not mended, since a mend would make another model of one of them`,
    received: 'babysit: fix()',
    try: 'give babysit: advise(); or mend one model with fit, and train the ensemble with what its mends say',
  })
}

function unevenCycles(epochs: number, members: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: 'snapshotEnsemble: members must divide the epochs, for each to end at a minimum',
    received: `${epochs} epochs, ${members} members`,
    try: `give epochs: ${Math.max(1, Math.round(epochs / members)) * members}`,
  })
}

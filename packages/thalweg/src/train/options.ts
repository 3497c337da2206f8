/** What `fit` is asked to do: the options, their defaults, and the checks that need nothing but them. */
import { formatShape, sameShape, ThalwegError } from '../base/index.ts'
import { checkEngine, defaultEngine } from '../compile/index.ts'
import { type Dataset, type EpochOrders, shuffled } from '../data/index.ts'
import type { Loss } from '../nn/index.ts'
import { checkRules } from '../optim/rules.ts'
import { restoresBest, statisticsOf } from './final.ts'
import { monitorOf } from './monitor.ts'
import { checkKinds } from './option-kinds.ts'
import { checkNames, type Names, SHARED } from './option-names.ts'
import { checkedRate } from './rates.ts'
import type { Settings, StatisticsChoice, TrainingOptions } from './settings.ts'
import { checkEarlyStopping } from './stopping.ts'
import { checkActs, updatesOfRun } from './updates.ts'
import type { Babysitter } from './watch.ts'

/** Options of `fit`. */
export interface FitOptions extends TrainingOptions {
  /** Who watches the run: `advise()` of `thalweg/diagnose` says what is wrong with it, `fix()` mends it. Default nobody. */
  readonly babysit?: Babysitter | undefined
}

const NAMES: Names<FitOptions> = {
  ...SHARED,
  train: 0,
  valid: 0,
  test: 0,
  engine: 0,
  store: 0,
  signal: 0,
  onEvent: 0,
  stepEvents: 0,
  checkpoint: 0,
  resume: 0,
  babysit: 0,
}

/** Come along where an experiment and its data are spread into the options: fit has no use for them, and nothing is lost. */
const OF_EXPERIMENTS = { name: 0, preprocessing: 0 }

/**
 * @param updates of the run, where they do not follow from its epochs
 * @throws ThalwegError `train/unknown-option`, `train/bad-option`, `train/bad-learning-rate`, `train/empty-data`, `train/unlike-data`,
 * `train/wrong-loss`, `compile/not-an-engine`, what `checkRules` and the order refuse
 */
export function completeOptions(options: FitOptions, updates?: number): Settings {
  checkNames('fit', options, { ...NAMES, ...OF_EXPERIMENTS })
  const { train, valid, test, loss, optimizer } = options
  const { seed = 0, batchSize = 64, order = shuffled(), earlyStopping } = options
  const leastBest = restoresBest(options) ? 1 : 0
  const { keepBest = leastBest } = options
  checkKinds('fit', options, ['train', 'loss', 'optimizer'])
  if (options.engine !== undefined) checkEngine('fit', options.engine)
  checkInteger('epochs', options.epochs, 1)
  if (batchSize !== 'all') checkInteger('batchSize', batchSize, 1, "give 'all' or a size such as 64")
  checkInteger('seed', seed, 0)
  if (options.stepEvents !== undefined) checkInteger('stepEvents', options.stepEvents, 1)
  const { everySteps, everyEpochs } = options.checkpoint ?? {}
  if (everySteps !== undefined) checkInteger('checkpoint.everySteps', everySteps, 1)
  if (everyEpochs !== undefined) checkInteger('checkpoint.everyEpochs', everyEpochs, 1)
  if (earlyStopping) checkEarlyStopping(earlyStopping, options.metric)
  checkInteger('keepBest', keepBest, leastBest)
  if (options.average && earlyStopping?.restoreBest) throw averageOrBest()
  checkStatistics(statisticsOf(options))
  checkRules(options, optimizer)
  checkedRate(optimizer.learningRate)
  if (typeof options.schedule === 'function') checkedRate(options.schedule(0), ' in step 0 of the schedule')
  if (train.size === 0) throw emptyData(train)
  for (const other of [valid, test]) if (other) checkAlike(train, other)
  if (loss.task !== train.target.kind) throw wrongLoss(loss, train)
  const orders = order.over(train, seed)
  const most = longestEpoch(orders, options.epochs)
  const examples = batchSize === 'all' ? most : Math.min(batchSize, most)
  checkActs(options, updates ?? updatesOfRun({ ...options, orders, batchSize: examples }))
  return {
    ...options,
    engine: options.engine ?? defaultEngine(),
    batchSize: examples,
    seed,
    orders,
    monitor: monitorOf(options.metric, options),
    keepBest,
  }
}

function longestEpoch(orders: EpochOrders, epochs: number): number {
  let most = 1
  for (let epoch = 0; epoch < epochs; epoch++) most = Math.max(most, orders.length(epoch))
  return most
}

function checkInteger(option: string, value: number, least: number, advice?: string): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new ThalwegError('train/bad-option', {
    rule: `fit: ${option} must be an integer of at least ${least}`,
    received: String(value),
    try: advice ?? `give ${option} an integer of at least ${least}`,
  })
}

function averageOrBest(): ThalwegError {
  return new ThalwegError('train/bad-option', {
    rule: 'fit: a run ends with the average of its weights, or with those of its best epoch',
    received: 'an average, and earlyStopping.restoreBest true',
    try: 'leave one of them out',
  })
}

function checkStatistics(kind: StatisticsChoice): void {
  if (['moving', 'article', 'exact'].includes(kind)) return
  throw new ThalwegError('train/bad-option', {
    rule: 'fit: statistics must be moving, article or exact',
    received: String(kind),
    try: "give statistics: 'exact', or leave it out",
  })
}

function emptyData(dataset: Dataset): ThalwegError {
  return new ThalwegError('train/empty-data', {
    rule: `fit: ${dataset.name} must have at least one example`,
    received: '0 examples',
    try: 'check how the dataset was read or split',
  })
}

function checkAlike(train: Dataset, other: Dataset): void {
  if (other.size === 0) throw emptyData(other)
  const a = describe(train)
  const b = describe(other)
  if (a === b && sameShape(train.inputShape, other.inputShape)) return
  throw new ThalwegError('train/unlike-data', {
    rule: `fit: ${other.name} must have the inputs and the target of ${train.name}`,
    received: `${b}, not ${a}`,
    try: 'make both with one reader, or with split()',
  })
}

function describe({ inputShape, target }: Dataset): string {
  const what = target.kind === 'class' ? `${target.classes.length} classes` : `${target.names.length} numbers`
  return `examples ${formatShape(inputShape)} with ${what}`
}

function wrongLoss(loss: Loss, train: Dataset): ThalwegError {
  const wanted = train.target.kind === 'class' ? 'crossEntropy()' : 'meanSquaredError()'
  return new ThalwegError('train/wrong-loss', {
    rule: 'fit: the loss must suit the target',
    received: `${loss.name}, and a target of ${train.target.kind === 'class' ? 'classes' : 'numbers'}`,
    try: `give loss: ${wanted}`,
  })
}

/**
 * A learning-rate range test: some hundred steps from fresh weights while the rate rises from far too small to far too
 * large, with several seeds. It trains copies; a store that is given is only read. The reading is in valley.ts.
 */
import { ThalwegError } from '../base/index.ts'
import type { Engine } from '../compile/index.ts'
import { batchCount, batchRows, type Dataset, type EpochOrders, eachChunk, type Order } from '../data/index.ts'
import { createStore, type Loss, type Model, type Store } from '../nn/index.ts'
import { type Optimizer, rulesIn, type UpdateRules } from '../optim/index.ts'
import { completeOptions } from './options.ts'
import { createPace } from './pace.ts'
import { openSession, type Session } from './session.ts'
import type { Settings } from './settings.ts'
import { type RangeAbstention, type RangeVerdict, readCurves, smoothed } from './valley.ts'

export interface RangeTestOptions extends Pick<UpdateRules, 'groups' | 'clip' | 'penalty' | 'constraint'> {
  readonly train: Dataset
  readonly loss: Loss
  /** Its own rate does not matter. */
  readonly optimizer: Optimizer
  /** Lowest and highest rate. Default 1e-7 and 10. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Rates from the one to the other, each a step, at like ratios; at least 20. Default 100. */
  readonly steps?: number | undefined
  /** How many times, each with weights, order and random numbers of its own. Default 3. */
  readonly seeds?: number | undefined
  /** The first of them. Default 0. */
  readonly seed?: number | undefined
  /** Default 64, at most the size of `train`. */
  readonly batchSize?: number | 'all' | undefined
  /** Default `shuffled()`. */
  readonly order?: Order | undefined
  /** Weights to begin with, instead of fresh ones. It stays as it is. */
  readonly store?: Store | undefined
  /** Makes the fresh weights of a seed, where the layers' own are not wanted; the test releases them. */
  readonly initialize?: ((seed: number) => Promise<Store | undefined> | Store | undefined) | undefined
  readonly engine?: Engine | undefined
  readonly signal?: AbortSignal | undefined
  /** Told now and then, the share that is done. */
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface RangeTest {
  readonly verdict: RangeVerdict
  /** `[steps]`, rising. */
  readonly rates: readonly number[]
  readonly curves: readonly RangeCurve[]
}

export interface RangeCurve {
  readonly seed: number
  /** Loss of the batch after the update at each rate, `[steps]`; infinite from where it diverged. */
  readonly losses: readonly number[]
  /** The same, smoothed up to where it diverged. */
  readonly smooth: readonly number[]
}

/** What is above this many times the first loss will not come back. */
const DIVERGED = 20
const LOOK_UP_MS = 50
const STEPS = 100

/**
 * @throws ThalwegError `train/bad-option`, and what `fit` throws for data, shapes and losses that do not fit; an
 * `AbortError` when the signal fires
 */
export async function rangeTest(model: Model, options: RangeTestOptions): Promise<RangeTest> {
  const { train, from = 1e-7, to = 10, steps = STEPS, seeds = 3, seed = 0, signal } = options
  checkRange(from, to)
  checkAtLeast('steps', steps, 20)
  checkAtLeast('seeds', seeds, 1)
  const rates = Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)))
  const pace = createPace(LOOK_UP_MS)
  const curves: RangeCurve[] = []
  try {
    for (let copy = 0; copy < seeds; copy++) {
      const settings = settingsOf(options, seed + copy)
      const { engine, orders, batchSize } = settings
      const store = (await options.initialize?.(seed + copy)) ?? createStore({ seed: seed + copy, engine })
      if (options.store) store.load(options.store.save())
      const session = openSession(model, { ...settings, store })
      try {
        const refusal = refusalOf(train)
        if (refusal) return { rates, curves, verdict: refusal }
        const losses: number[] = []
        for (const loss of sweep(session, orders, batchSize, rates)) {
          losses.push(loss)
          if (!pace.due()) continue
          options.onProgress?.((copy + losses.length / steps) / seeds)
          await pace.pause()
          signal?.throwIfAborted()
        }
        curves.push(curveOf(seed + copy, losses, steps))
      } finally {
        session.release()
        store.release()
      }
    }
  } finally {
    pace.close()
  }
  const losses = curves.map((curve) => curve.losses)
  return { rates, curves, verdict: readCurves(rates, losses) }
}

function settingsOf({ train, loss, optimizer, ...options }: RangeTestOptions, seed: number): Settings {
  const { batchSize = 64, order, engine, steps = STEPS } = options
  const rules = rulesIn(options)
  const asked = { train, loss, optimizer, batchSize, order, seed, epochs: 1, ...rules, ...(engine && { engine }) }
  return completeOptions(asked, steps)
}

/** The loss after each update; ends where it diverged. */
function* sweep(session: Session, orders: EpochOrders, batchSize: number, rates: readonly number[]): Generator<number> {
  let first: number | undefined
  let step = 0
  for (let epoch = 0; ; epoch++) {
    const order = orders.epochOrder(epoch)
    for (let batch = 0; batch < batchCount(order.length, batchSize); batch++) {
      // What a step tells is the loss before its update: the rate of the step before brought it about.
      session.step(batchRows(order, batchSize, batch), { learningRate: rates[step] ?? 0, epoch })
      const loss = session.lastLoss()
      first ??= loss
      if (step > 0) {
        if (!Number.isFinite(loss) || loss > first + DIVERGED * Math.abs(first)) return
        yield loss
      }
      if (step++ === rates.length) return
    }
  }
}

function curveOf(seed: number, found: readonly number[], steps: number): RangeCurve {
  const losses = Array.from({ length: steps }, (_, i) => found[i] ?? Number.POSITIVE_INFINITY)
  return { seed, losses, smooth: [...smoothed(found), ...losses.slice(found.length)] }
}

/** What no sweep could tell anything about. */
function refusalOf(train: Dataset): RangeAbstention | undefined {
  if (!isConstant(train)) return undefined
  return {
    kind: 'abstention',
    reason: 'constant-target',
    message: `all ${train.size} examples have the same target`,
    try: 'check how the target was read; examples of at least two kinds are needed',
  }
}

function isConstant(train: Dataset): boolean {
  const width = train.target.kind === 'class' ? 1 : train.target.names.length
  let first: Float32Array | Int32Array | undefined
  let constant = true
  eachChunk(train, (_, targets) => {
    first ??= targets.slice(0, width)
    for (let i = 0; constant && i < targets.length; i++) constant = targets[i] === first[i % width]
  })
  return constant
}

function checkRange(from: number, to: number): void {
  if (from > 0 && to > from && Number.isFinite(to)) return
  throw new ThalwegError('train/bad-option', {
    rule: 'rangeTest: rates must go up from one above 0',
    received: `from ${from} to ${to}`,
    try: 'from 1e-7 to 10',
  })
}

function checkAtLeast(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new ThalwegError('train/bad-option', {
    rule: `rangeTest: ${option} must be an integer of at least ${least}`,
    received: String(value),
    try: `give ${option} an integer of at least ${least}`,
  })
}

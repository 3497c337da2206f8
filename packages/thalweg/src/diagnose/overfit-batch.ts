/**
 * Whether the network can learn one batch by heart, which any that is put together rightly can: it has far more weights
 * than there are examples. What fails here will not learn a whole data set. Done on a copy of the weights.
 */
import { sizeOf } from '../base/index.ts'
import { subset } from '../data/index.ts'
import type { Model } from '../nn/index.ts'
import { RANK } from '../train/finding.ts'
import { type Condition, type Finding, findingOf, openSession, type Settings } from '../train/index.ts'
import { createPace } from '../train/pace.ts'
import { anatomyOf } from './anatomy.ts'
import { leastLossOf } from './blind-loss.ts'
import { aboveWhat } from './chart.ts'
import { copyOf } from './first-weights.ts'
import { explained, OBSTACLES, SHRUNK, SIZES } from './roots.ts'
import { percent, short } from './words.ts'

/** Examples that are learned by heart, and steps to do it in. */
const EXAMPLES = 16
/** Trainable values for each of them: a smaller network may fail for want of room. */
const VALUES = 10
const STEPS = 400
/** A step of a large network takes its time; what was not learned by then is told as it stands. */
const LIMIT_MS = 4000
/** Share of the first loss that may be left, of what can be taken away of it. */
const LEFT = 0.2
/** What the rate of the run is multiplied with, one after the other, until one does. */
const FACTORS = [1, 0.1, 10] as const

export const cannotOverfit: Condition = {
  code: 'cannot-overfit-batch',
  severity: 'warning',
  about:
    'The network cannot learn even a few examples by heart. Something between its inputs and its loss is broken: ' +
    'gradients that do not arrive, labels that do not belong to their inputs, a rate that is far off.',
  rule: 'share of the first loss, above the least there is, that is left after training on a single batch',
  threshold: LEFT,
  cause: 'gradients that do not reach the weights, or an output that cannot say what the target asks for',
  try: 'thalweg inspect shows where activations and gradients vanish; start from a smaller network that can',
  source: 'CS231n, neural networks part 3 (sanity checks: overfit a tiny subset of data)',
}

/** What keeps a network from learning even a few examples, where it was found before. */
const FOLLOWS: readonly string[] = [
  'non-finite',
  ...SIZES,
  ...SHRUNK,
  ...OBSTACLES,
  'stalled-input',
  'vanishing-gradient',
  'dead-relu',
  'saturated-activation',
]

export interface OverfitReport {
  readonly examples: number
  readonly steps: number
  /** What the run's learning rate was multiplied with in the best attempt. */
  readonly factor: number
  readonly first: number
  readonly lowest: number
  /** That there can be: 0, or what label smoothing leaves. */
  readonly least: number
}

export async function overfitBatch(model: Model, settings: Settings, signal?: AbortSignal): Promise<OverfitReport> {
  const { train, batchSize } = settings
  const { parameters } = anatomyOf(model, train.inputShape, batchSize)
  const values = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const learnable = Math.max(2, Math.floor(values / VALUES))
  const examples = Math.min(EXAMPLES, learnable, batchSize, train.size)
  const rows = settings.orders.epochOrder(0).slice(0, examples)
  let best: OverfitReport | undefined
  for (const factor of FACTORS) {
    const report = await attempt(model, { ...settings, batchSize: rows.length }, rows, factor, signal)
    if (!best || report.lowest < best.lowest) best = report
    if (leftOf(best) < LEFT) break
  }
  return best ?? { examples: 0, steps: 0, factor: 1, first: Number.NaN, lowest: Number.NaN, least: 0 }
}

/** Of the first loss, the share that training has left of what it could take away. */
function leftOf({ first, lowest, least }: OverfitReport): number {
  return (lowest - least) / (first - least)
}

async function attempt(
  model: Model,
  settings: Settings,
  rows: Int32Array,
  factor: number,
  signal: AbortSignal | undefined,
): Promise<OverfitReport> {
  const { optimizer } = settings
  const store = copyOf(model, settings)
  const session = openSession(model, { ...settings, store })
  const pace = createPace(50)
  const began = performance.now()
  const learningRate = optimizer.learningRate * factor
  const least = leastLossOf(subset(settings.train, rows), settings.loss)
  let [first, lowest, steps] = [Number.NaN, Number.POSITIVE_INFINITY, 0]
  try {
    for (; steps < STEPS && performance.now() - began < LIMIT_MS; steps++) {
      session.step(rows, { learningRate })
      const loss = session.lastLoss()
      if (steps === 0) first = loss
      if (!Number.isFinite(loss)) break
      lowest = Math.min(lowest, loss)
      if (lowest - least < 0.5 * LEFT * (first - least)) break
      if (pace.due()) await pace.pause()
      signal?.throwIfAborted()
    }
  } finally {
    pace.close()
    session.release()
    store.release()
  }
  return { examples: rows.length, steps, factor, first, lowest, least }
}

/**
 * @param before what was found before: where something in it is the reason, that is named as the cause
 */
export function overfitFindings(report: OverfitReport, before: readonly Finding[]): Finding[] {
  const { examples, steps, factor, first, lowest, least } = report
  const measured = leftOf(report)
  // A loss that is no number before any update says nothing of learning.
  if (examples === 0 || !Number.isFinite(first) || measured < LEFT || first === least) return []
  const message = `after ${steps} steps on the same ${examples} examples ${percent(measured)} of the loss${aboveWhat({ leastLoss: least })} is left: ${short(first)} at first, ${short(lowest)} at best (rate times ${factor})`
  const root = before.find(({ code, severity }) => FOLLOWS.includes(code) && RANK[severity] >= RANK.warning)
  return [findingOf(cannotOverfit, explained({ measured, message }, root), 0)]
}

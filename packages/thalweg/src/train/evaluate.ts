/** How good a model is on a dataset, in inference mode: batch by batch, the last short one exactly, nothing assigned. */
import { internal, ThalwegError } from '../base/index.ts'
import { createStep, defaultEngine, type Engine, type Plan } from '../compile/index.ts'
import { batchCount, batchRows, type Dataset, sequentialOrder } from '../data/index.ts'
import { forward, type Loss, type Model, type Store } from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from './batch.ts'
import { type CompileEvent, compileEvent } from './events.ts'
import { type Metrics, metricsSum } from './metrics.ts'
import type { Pace } from './pace.ts'

export interface EvaluateOptions {
  /** The weights: a run's `store`. */
  readonly store: Store
  readonly loss: Loss
  /** Examples at a time. It changes the speed and the last bits of the mean, nothing else. Default 256. */
  readonly batchSize?: number
  readonly engine?: Engine
}

/**
 * Mean loss and accuracy (classes) or R2 (numbers) of `model` on all of `dataset`.
 *
 * @throws ThalwegError from the model's layers where shapes do not fit; `train/bad-option`
 */
export async function evaluate(model: Model, dataset: Dataset, options: EvaluateOptions): Promise<Metrics> {
  const evaluator = createEvaluator(model, { ...options, engine: options.engine ?? defaultEngine() })
  try {
    const metrics = await evaluator.evaluate(dataset)
    if (!metrics) throw internal('an evaluation ended without a signal')
    return metrics
  } finally {
    evaluator.release()
  }
}

/** Evaluates again and again without compiling again. */
export interface Evaluator {
  /** Compiles what {@link evaluate} will need. */
  prepare(dataset: Dataset): void
  /** `undefined` where `signal` ended it early. Others get their turn whenever `pace` says so. */
  evaluate(dataset: Dataset, pace?: Pace, signal?: AbortSignal): Promise<Metrics | undefined>
  release(): void
}

export const EVALUATION_BATCH = 256

function checkBatchSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return
  throw new ThalwegError('train/bad-option', {
    rule: 'evaluate: batchSize must be an integer of at least 1',
    received: String(batchSize),
    try: 'leave it out, or give a size such as 256',
  })
}

export function createEvaluator(
  model: Model,
  { store, loss, engine, batchSize = EVALUATION_BATCH }: EvaluateOptions & { readonly engine: Engine },
  onCompile?: (event: CompileEvent) => void,
): Evaluator {
  checkBatchSize(batchSize)
  const step = createStep(engine, ([inputs, targets]) => {
    const outputs = forward(model, new Tensor(inputs), { store, training: false })
    return [loss.forward(outputs, new Tensor(targets)).node, outputs.node]
  })
  const plans = new Map<number, Plan>()

  function planFor(dataset: Dataset, examples: number): Plan {
    const known = plans.get(examples)
    if (known) return known
    const types = batchTypes(dataset, examples)
    const started = performance.now()
    const plan = step.plan(types)
    plans.set(examples, plan)
    onCompile?.(compileEvent('evaluate', types[0].shape, plan, performance.now() - started))
    return plan
  }

  return {
    prepare(dataset) {
      if (dataset.size >= batchSize) planFor(dataset, batchSize)
      const rest = dataset.size % batchSize
      if (rest > 0) planFor(dataset, rest)
    },
    async evaluate(dataset, pace, signal) {
      const order = sequentialOrder(dataset.size)
      const slots = batchSlots(dataset, Math.min(batchSize, dataset.size))
      const metrics = metricsSum(dataset.target)
      for (let batch = 0; batch < batchCount(dataset.size, batchSize); batch++) {
        if (pace?.due()) await pace.pause()
        if (signal?.aborted) return undefined
        const rows = batchRows(order, batchSize, batch)
        const plan = planFor(dataset, rows.length)
        const { inputs, targets } = slots.fill(rows)
        plan.run([inputs, targets])
        metrics.add(rows.length, plan.read(0)[0], plan.read(1), targets)
      }
      return metrics.result()
    },
    release: () => step.release(),
  }
}

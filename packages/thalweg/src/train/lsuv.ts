/**
 * Layer-sequential unit-variance initialization (Mishkin and Matas, "All you need is a good init", ICLR 2016): orthogonal
 * weights, then layer by layer, in the order in which they run, each is scaled until its output over a batch has variance 1.
 * What the formulas of initializers assume about activations, this measures.
 */
import { ThalwegError } from '../base/index.ts'
import { createStep, defaultEngine, type Engine, type Plan } from '../compile/index.ts'
import type { Dataset } from '../data/index.ts'
import type { Variable } from '../graph/index.ts'
import { createStore, type Model, orthogonal, type Store } from '../nn/index.ts'
import { Tensor, variance } from '../tensor/index.ts'
import { probeBatch, probeForward, weightsOf } from './probe.ts'

export interface LsuvOptions {
  /** Of the orthogonal start, of the batch and of dropout's masks in it. Default 0. */
  readonly seed?: number
  /** Weights to start from instead of new orthogonal ones; it is changed. */
  readonly store?: Store
  readonly engine?: Engine
  /** Examples to measure on: those of the first step of a `fit` with this seed and batch size. Default 256. */
  readonly batchSize?: number
  /** How far from 1 a variance may be. Default 0.1, as in the paper. */
  readonly tolerance?: number
  /** Scalings of one layer at most. Default 10. */
  readonly maxIterations?: number
}

export interface LsuvLayer {
  /** `conv1`. */
  readonly path: string
  /** Variance of its output over all examples and units, as it came and as it was left. */
  readonly initialVariance: number
  readonly variance: number
  /** Times its weights were scaled, and what they were multiplied with in all. */
  readonly iterations: number
  readonly scale: number
  /** Whether the variance is within the tolerance; not so where a layer always gives the same, whatever its scale. */
  readonly converged: boolean
}

export interface Lsuv {
  /** What `fit` goes on from: `fit(model, { ...options, store })`. */
  readonly store: Store
  /** Layers whose weights were scaled, in the order in which they run. */
  readonly layers: readonly LsuvLayer[]
  readonly examples: number
}

/**
 * Weights for `model` that give every layer of it unit variance on a batch of `dataset`. A layer is whatever is called
 * through the scope and has exactly one parameter of two axes or more: dense, convolution, an embedding, one of the user's
 * own. Layers of batch norm in between are measured as in training. One that is used several times counts where it is
 * used first.
 *
 * @throws ThalwegError `train/bad-option`; `train/non-finite-activation` with the layer where the numbers stopped being
 * finite; what the model's layers throw where shapes do not fit
 */
export async function lsuv(model: Model, dataset: Dataset, options: LsuvOptions = {}): Promise<Lsuv> {
  const { seed = 0, engine = defaultEngine(), batchSize = 256, tolerance = 0.1, maxIterations = 10 } = options
  checkAbove0('tolerance', tolerance, Number.isFinite(tolerance))
  checkAbove0('batchSize', batchSize, Number.isSafeInteger(batchSize))
  checkAbove0('maxIterations', maxIterations, Number.isSafeInteger(maxIterations))
  const store = options.store ?? createStore({ seed, engine, initializer: orthogonal() })
  const batch = probeBatch(dataset, batchSize, seed)
  const found: Found[] = []
  const step = createStep(engine, ([inputs]) => {
    const { calls } = probeForward(model, new Tensor(inputs), { store, seed })
    const seen = new Set<string>()
    for (const { path, output } of calls) {
      const [weights, second] = weightsOf(store, path)
      const variable = weights && store.entries.get(weights.path)?.variable
      if (!variable || second || seen.has(path)) continue
      seen.add(path)
      found.push({ path, variable, variance: variance(output) })
    }
    return found.map(({ variance }) => variance.node)
  })
  try {
    const plan = step.plan([batch.types[0]])
    const layers = found.map((layer, index) => {
      const measure = () => measured(plan, batch.inputs, layer.path, index)
      return scaleLayer(layer, measure, engine, { tolerance, maxIterations })
    })
    return { store, layers, examples: batch.examples }
  } finally {
    step.release()
  }
}

interface Found {
  readonly path: string
  readonly variable: Variable
  readonly variance: Tensor
}

function measured(plan: Plan, inputs: Float32Array, path: string, index: number): number {
  plan.run([inputs])
  const [variance] = plan.read(index)
  if (Number.isFinite(variance)) return variance
  throw new ThalwegError('train/non-finite-activation', {
    rule: `lsuv: ${path} must give finite numbers`,
    received: `variance ${variance}`,
    try: 'check the inputs for NaN and infinity, and scale them',
  })
}

function scaleLayer(
  { path, variable }: Found,
  measure: () => number,
  engine: Engine,
  { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number },
): LsuvLayer {
  const initialVariance = measure()
  let variance = initialVariance
  let scale = 1
  let iterations = 0
  while (Math.abs(variance - 1) > tolerance && variance > 0 && iterations < maxIterations) {
    const factor = 1 / Math.sqrt(variance)
    engine.write(
      variable,
      engine.read(variable).map((value) => value * factor),
    )
    scale *= factor
    iterations++
    variance = measure()
  }
  return { path, initialVariance, variance, iterations, scale, converged: Math.abs(variance - 1) <= tolerance }
}

function checkAbove0(option: string, value: number, isWell: boolean): void {
  if (isWell && value > 0) return
  throw new ThalwegError('train/bad-option', {
    rule: `lsuv: ${option} must be a ${option === 'tolerance' ? '' : 'whole '}number above 0`,
    received: String(value),
    try: `leave ${option} out, or give it one`,
  })
}

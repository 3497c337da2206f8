/**
 * A network before its first step: for every layer how its activations are distributed, and the gradients that come back to
 * it, over one batch. These are the histograms of the article's section 4 and of Glorot and Bengio (AISTATS 2010, figures 6
 * and 7), as numbers. It measures and judges nothing.
 */
import { type Shape, suggest, ThalwegError, type TypedArray } from '../base/index.ts'
import { checkEngine, createStep, defaultEngine, type Engine } from '../compile/index.ts'
import type { Dataset } from '../data/index.ts'
import {
  createStore,
  crossEntropy,
  type LayerCall,
  type Loss,
  type Model,
  meanSquaredError,
  type Store,
} from '../nn/index.ts'
import { gradients, Tensor } from '../tensor/index.ts'
import { probeBatch, probeForward } from '../train/probe.ts'
import {
  type Distribution,
  histogramOf,
  type Moments,
  momentsOf,
  ownRange,
  type Range,
  sharedRange,
} from './distribution.ts'
import { checkFlag, checkMade, checkNames, checkWhole, refuse } from './options.ts'
import { saturatedShare, silentShare } from './saturation.ts'

export interface InspectOptions {
  /** The weights to look at. Default new ones, drawn from `seed`. */
  readonly store?: Store
  /** Of new weights, of the batch and of dropout's masks. Default 0. */
  readonly seed?: number
  /** Default cross entropy for classes, mean squared error for numbers. */
  readonly loss?: Loss
  /** Examples to look at: those of the first step of a `fit` with this seed and batch size. Default 128. */
  readonly batchSize?: number
  /** Batch statistics and dropout as in training (default), or as at test time. */
  readonly training?: boolean
  readonly engine?: Engine
  /** Paths of the layers to look at. Default all. */
  readonly layers?: readonly string[]
  /** Of each histogram. Default 40. */
  readonly bins?: number
  /**
   * What histograms span: each all of its own values (`own`, the default), or those of a kind one range (`shared`), so that
   * layers can be compared at a glance.
   */
  readonly range?: 'own' | 'shared'
}

export interface LayerInspection {
  readonly path: string
  readonly kind: string
  /** 1 for the first use of a layer, 2 for the second ... */
  readonly use: number
  /** Without the batch axis. */
  readonly outputShape: Shape
  readonly activations: Distribution
  /** Of each example's own loss, with respect to the layer's output: the batch's size does not matter. */
  readonly gradients: Distribution
  /** Share of activations near an end of their range; undefined where there is none. */
  readonly saturated: number | undefined
  /** Share of units that give 0 for every example. */
  readonly silent: number
}

export interface ParameterInspection {
  readonly path: string
  /** Path of the layer that it belongs to; empty for the model itself. */
  readonly layer: string
  readonly shape: Shape
  readonly values: Distribution
  /** Of the mean loss over the batch, as the optimizer sees it. */
  readonly gradients: Distribution
}

/** Plain data, but that `undefined`, NaN and infinities have no place in JSON. */
export interface Inspection {
  readonly examples: number
  readonly seed: number
  /** Mean loss over the batch. */
  readonly loss: number
  /** In the order in which they run; containers are left out, their layers are not. */
  readonly layers: readonly LayerInspection[]
  readonly parameters: readonly ParameterInspection[]
}

/**
 * Looks at `model` on the first batch of `dataset`: forward and back once, nothing is changed but that a store gets the
 * parameters that it lacks.
 *
 * @throws ThalwegError `diagnose/unknown-option`, `diagnose/bad-option`, `diagnose/unknown-layer`; what layers throw where shapes do not fit
 */
export async function inspect(model: Model, dataset: Dataset, options: InspectOptions = {}): Promise<Inspection> {
  checkOptions(options)
  const { seed = 0, engine = defaultEngine(), batchSize = 128, training = true, bins = 40, range = 'own' } = options
  const { loss: lossOf = dataset.target.kind === 'class' ? crossEntropy() : meanSquaredError() } = options
  const store = options.store ?? createStore({ seed, engine })
  const batch = probeBatch(dataset, batchSize, seed)
  let calls: readonly LayerCall[] = []
  const parameters = new Map<string, Tensor>()

  const step = createStep(engine, ([inputs, targets]) => {
    const seen = probeForward(model, new Tensor(inputs), {
      store,
      seed,
      training,
      substitute(variable, value) {
        parameters.set(variable.name, value)
        return value
      },
    })
    calls = chosen(seen.calls, options.layers)
    const loss = lossOf.forward(seen.output, new Tensor(targets))
    const outputs = calls.map(({ output }) => output)
    const values = [...outputs, ...parameters.values()]
    return [loss, ...values, ...gradients(loss, values)].map(({ node }) => node)
  })
  try {
    const plan = step.plan(batch.types)
    plan.run([batch.inputs, batch.targets])
    const half = calls.length + parameters.size
    const summaries = (from: number, count: number, scale = 1): Summaries => {
      const read = (index: number): TypedArray => plan.read(1 + from + index)
      return summarize(read, count, { bins, range, scale })
    }
    const activations = summaries(0, calls.length)
    const backward = summaries(half, calls.length, batch.examples)
    const weights = summaries(calls.length, parameters.size)
    const updates = summaries(half + calls.length, parameters.size)
    return {
      examples: batch.examples,
      seed,
      loss: plan.read(0)[0],
      layers: calls.map(({ path, layer, output }, index) => {
        const values = plan.read(1 + index)
        return {
          path,
          kind: layer.kind,
          use: calls.slice(0, index + 1).filter((other) => other.path === path).length,
          outputShape: output.shape.slice(1),
          activations: activations[index],
          gradients: backward[index],
          saturated: saturatedShare(layer.kind, values),
          silent: silentShare(values, output.shape.at(-1) ?? 1),
        }
      }),
      parameters: [...parameters].map(([path, { shape }], index) => ({
        path,
        layer: path.slice(0, Math.max(0, path.lastIndexOf('.'))),
        shape,
        values: weights[index],
        gradients: updates[index],
      })),
    }
  } finally {
    step.release()
  }
}

/** Those asked for; integers have no distribution, and no gradient. */
function chosen(calls: readonly LayerCall[], paths: readonly string[] | undefined): readonly LayerCall[] {
  const unknown = paths?.find((path) => !calls.some((call) => call.path === path))
  if (unknown !== undefined) {
    throw new ThalwegError('diagnose/unknown-layer', {
      rule: 'inspect: every layer asked for must be one of the model',
      received: `'${unknown}'`,
      try: suggest(unknown, [...new Set(calls.map(({ path }) => path))], 'layers'),
    })
  }
  return calls.filter(({ path, output }) => output.dtype === 'float32' && (!paths || paths.includes(path)))
}

type Summaries = readonly Distribution[]

interface SummaryOptions {
  readonly bins: number
  readonly range: 'own' | 'shared'
  readonly scale: number
}

/** Arrays are read twice rather than kept: those of a convolutional network are large. */
function summarize(
  read: (index: number) => TypedArray,
  count: number,
  { bins, range, scale }: SummaryOptions,
): Summaries {
  const moments: readonly Moments[] = Array.from({ length: count }, (_, index) => momentsOf(read(index), scale))
  const shared: Range | undefined = range === 'shared' ? sharedRange(moments) : undefined
  return moments.map((each, index) => ({
    ...each,
    histogram: histogramOf(read(index), bins, shared ?? ownRange(each), scale),
  }))
}

const NAMES: Readonly<Record<keyof InspectOptions, true>> = {
  store: true,
  seed: true,
  loss: true,
  batchSize: true,
  training: true,
  engine: true,
  layers: true,
  bins: true,
  range: true,
}

function checkOptions(options: InspectOptions): void {
  checkNames('inspect', options, Object.keys(NAMES))
  const { store, seed = 0, loss, batchSize = 128, training = true, engine, layers, bins = 40, range = 'own' } = options
  checkWhole('inspect', 'seed', seed, 0)
  checkWhole('inspect', 'batchSize', batchSize)
  checkWhole('inspect', 'bins', bins)
  checkFlag('inspect', 'training', training)
  if (store !== undefined) checkMade('inspect', 'store', store, 'save', "createStore(), or a run's store")
  if (loss !== undefined) checkMade('inspect', 'loss', loss, 'forward', 'crossEntropy(), with its parentheses')
  if (engine !== undefined) checkEngine('inspect', engine)
  if (layers !== undefined && !(Array.isArray(layers) && layers.every((path) => typeof path === 'string')))
    refuse('inspect: layers must be a list of paths', layers, "give layers: ['dense1'], or leave it out: all of them")
  if (range !== 'own' && range !== 'shared')
    refuse("inspect: range must be 'own' or 'shared'", range, "leave range out: 'own'")
}

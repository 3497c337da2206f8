/**
 * Gradient checking of a whole network: the derivative that training would use, in float64 on the reference backend,
 * against central differences of the loss. Nothing that the caller holds is changed: the weights are copied, running
 * statistics are not assigned, and the masks of dropout, which are a function of (seed, step), stay as they are.
 */

import { referenceBackend } from '../backend/index.ts'
import { random, ThalwegError, type TypedArray } from '../base/index.ts'
import { createEngine, type Engine, recordStep } from '../compile/index.ts'
import type { Dataset } from '../data/index.ts'
import { type CheckedInput, gradientChecks, type PrepareEvaluation } from '../grad/index.ts'
import { createNode, type Node, type NodeOf, type Variable } from '../graph/index.ts'
import { createStore, forward, type Loss, type Model, type Store } from '../nn/index.ts'
import { type ParameterDescription, rulesOf } from '../optim/groups.ts'
import { type ParameterGroup, type Penalty, sgd } from '../optim/index.ts'
import { checkRules } from '../optim/rules.ts'
import { add, mul, scalar, Tensor, tensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from '../train/batch.ts'
import { createPace } from '../train/pace.ts'
import { type ParameterCheck, parameterCheck, tableOf, worstFirst } from './gradient-report.ts'
import { checkFlag, checkFunction, checkMade, checkNames, checkWhole, refuse } from './options.ts'

export interface GradientCheckOptions {
  /** What to check on: `examples` of it, chosen by `seed`. */
  readonly data: Dataset
  readonly loss: Loss
  /** Added to the loss, for the parameters that `fit` would penalize. Default none: the gradient of the data alone. */
  readonly penalty?: Penalty | undefined
  /** As `fit` takes them; what they say of decay and penalties counts. */
  readonly groups?: readonly ParameterGroup[] | undefined
  /** The weights at which to check, such as a run's `store`; they are copied. Default new ones, drawn from `seed`. */
  readonly store?: Store | undefined
  /** Of the weights, the masks of dropout, and the choice of examples and elements. Default 0. */
  readonly seed?: number
  /** Default 4. More examples bring more kinks, and take longer. */
  readonly examples?: number
  /** Elements of each parameter, chosen by `seed`. Default 8. */
  readonly samples?: number | 'all'
  /** Batch statistics and dropout, or what they become at test time. Default true. */
  readonly training?: boolean
  /** Whether the gradient with respect to the examples is checked too. Default false. */
  readonly inputs?: boolean
  /** The relative error up to which a gradient is right. Default 1e-6. */
  readonly tolerance?: number
  /** Called after each parameter, in the order in which the model uses them. */
  readonly onParameter?: ((check: ParameterCheck, progress: { done: number; total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface GradientCheckReport {
  /** Whether no gradient is wrong, and the loss a finite number: without one there is nothing to hold gradients against. */
  readonly passed: boolean
  readonly tolerance: number
  /** The worst first, those of which nothing is known last. */
  readonly parameters: readonly ParameterCheck[]
  /** Of all parameters; 0 where nothing was checked, NaN if any derivative is. */
  readonly worstRelativeError: number
  /** Mean over the examples, in float64. */
  readonly loss: number
  readonly examples: number
  readonly checked: number
  readonly kinks: number
  /** A table of at most 80 columns. */
  toString(): string
}

/**
 * Checks the gradient of `loss` at `model`'s outputs with respect to every parameter.
 *
 * An element is at a kink where, however small the step, a decision changes within it: a ReLU switches, another unit or
 * place of a pooling window wins. It is counted apart, since no slope can be measured there. Weights of zero put whole
 * layers there; so do zero biases behind zero inputs. Check a few steps into training (give `store`) to be clear of them.
 *
 * The floor of the relative error, and how kinks are found, are those of `checkGradient` in `thalweg/grad`.
 *
 * @throws ThalwegError `diagnose/unknown-option`, `diagnose/bad-option`, `optim/bad-option`, `diagnose/no-parameters`, and what the model's layers throw
 */
export async function gradientCheck(model: Model, options: GradientCheckOptions): Promise<GradientCheckReport> {
  checkOptions(options)
  const { data, seed = 0, samples = 8, tolerance = 1e-6, onParameter, signal } = options
  const examples = Math.min(options.examples ?? 4, data.size)

  const engine = createEngine(referenceBackend())
  const { loss, checked, fixed } = recordLoss(model, options, engine, examples)
  if (checked.length === 0) throw nothingToCheck()
  const prepare = prepareOn(engine, fixed)
  const { checks, loss: here } = gradientChecks(loss, checked, { prepare, samples, seed })
  const pace = createPace(50)
  const parameters: ParameterCheck[] = []
  try {
    for (const [position, check] of checks.entries()) {
      signal?.throwIfAborted()
      const parameter = parameterCheck(check(), checked[position].node.shape, tolerance)
      parameters.push(parameter)
      onParameter?.(parameter, { done: position + 1, total: checks.length })
      await pace.pause()
    }
  } finally {
    pace.close()
  }
  return reportOf({ parameters: worstFirst(parameters), tolerance, loss: here, examples })
}

/** A loss of inputs that are all known. */
interface RecordedLoss {
  readonly loss: Node
  readonly checked: readonly CheckedInput[]
  /** The others. */
  readonly fixed: readonly Filled[]
}

interface Filled {
  readonly node: NodeOf<'input'>
  readonly values: TypedArray
}

function recordLoss(model: Model, options: GradientCheckOptions, engine: Engine, examples: number): RecordedLoss {
  const { data, loss, seed = 0, training = true, store: given } = options
  const store = createStore({ seed: given?.seed ?? seed, engine })
  if (given) store.load(given.save())
  const rows = random(seed, 'gradientCheck').permutation(data.size).subarray(0, examples)
  const batch = batchSlots(data, examples).fill(rows)
  const checked: CheckedInput[] = []
  const costs: Tensor[] = []

  function substitute(variable: Variable): Tensor {
    const { name, shape } = variable
    const node = createNode('input', [], { name, shape, dtype: 'float32' })
    checked.push({ node, values: engine.read(variable) })
    const value = new Tensor(node)
    const cost = costOf(value, { path: name, shape, decay: store.entries.get(name)?.decay ?? true }, options)
    if (cost) costs.push(cost)
    return value
  }
  // Recorded as a step, so that a model may assign; what it assigns is dropped with the step's updates.
  const { inputs, outputs } = recordStep(batchTypes(data, examples), ([inputs, targets]) => {
    const outputs = forward(model, new Tensor(inputs), {
      store,
      training,
      random: { seed: tensor(Int32Array.of(seed, Math.floor(seed / 0x100000000))), step: scalar(0, 'int32') },
      substitute,
      assign: () => undefined,
    })
    return [costs.reduce((sum, cost) => add(sum, cost), loss.forward(outputs, new Tensor(targets))).node]
  })
  const [ofInputs, ofTargets] = [batch.inputs, batch.targets].map((values, i) => ({ node: inputs[i], values }))
  if (options.inputs === true) checked.push(ofInputs)
  return { loss: outputs[0], checked, fixed: options.inputs === true ? [ofTargets] : [ofInputs, ofTargets] }
}

/** What one parameter adds to the loss, by the rules that `fit` goes by. */
function costOf(
  value: Tensor,
  parameter: ParameterDescription,
  { penalty: shared, groups }: GradientCheckOptions,
): Tensor | undefined {
  // Rules are of an optimizer as well; which one it is makes no difference to a penalty.
  const { penalty, decay } = rulesOf(parameter, { optimizer: sgd(), groups, penalty: shared })
  return penalty && mul(penalty.value(value), decay)
}

/** Evaluates on `engine`, where states have their values; `fixed` inputs keep theirs. */
function prepareOn(engine: Engine, fixed: readonly Filled[]): PrepareEvaluation {
  return (varied, outputs) => {
    const plan = engine.compile({ inputs: [...varied, ...fixed.map(({ node }) => node)], outputs, updates: [] })
    return (values) => {
      plan.run([...values, ...fixed.map((each) => each.values)])
      return outputs.map((_, output) => plan.read(output))
    }
  }
}

type Found = Pick<GradientCheckReport, 'parameters' | 'tolerance' | 'loss' | 'examples'>

function reportOf(found: Found): GradientCheckReport {
  const { parameters } = found
  return {
    ...found,
    passed: parameters.every(({ verdict }) => verdict !== 'wrong' && verdict !== 'spoilt'),
    worstRelativeError: Math.max(0, ...parameters.map(({ worst }) => worst?.relativeError ?? 0)),
    checked: parameters.reduce((sum, { checked }) => sum + checked, 0),
    kinks: parameters.reduce((sum, { kinks }) => sum + kinks, 0),
    toString: () => tableOf(parameters).join('\n'),
  }
}

const NAMES: Readonly<Record<keyof GradientCheckOptions, true>> = {
  data: true,
  loss: true,
  penalty: true,
  groups: true,
  store: true,
  seed: true,
  examples: true,
  samples: true,
  training: true,
  inputs: true,
  tolerance: true,
  onParameter: true,
  signal: true,
}

function checkOptions(options: GradientCheckOptions): void {
  checkNames('gradientCheck', options, Object.keys(NAMES))
  const { data, loss, penalty, groups, store, seed = 0, examples = 4, samples = 8 } = options
  const { training = true, inputs = false, tolerance = 1e-6, onParameter } = options
  checkMade('gradientCheck', 'data', data, 'fill', 'arrays({ ... }), or a reader of thalweg/data')
  checkMade('gradientCheck', 'loss', loss, 'forward', 'crossEntropy(), with its parentheses')
  checkRules({ penalty, groups }, sgd())
  if (store !== undefined) checkMade('gradientCheck', 'store', store, 'save', "createStore(), or a run's store")
  checkWhole('gradientCheck', 'seed', seed, 0)
  checkWhole('gradientCheck', 'examples', examples)
  if (samples !== 'all' && !(Number.isSafeInteger(samples) && samples >= 1))
    refuse("gradientCheck: samples must be a whole number of at least 1, or 'all'", samples, 'leave samples out: 8')
  checkFlag('gradientCheck', 'training', training)
  checkFlag('gradientCheck', 'inputs', inputs)
  if (!(Number.isFinite(tolerance) && tolerance > 0))
    refuse('gradientCheck: tolerance must be a number above 0', tolerance, 'leave tolerance out: 1e-6')
  checkFunction('gradientCheck', 'onParameter', onParameter, '(parameter) => ...')
}

function nothingToCheck(): ThalwegError {
  return new ThalwegError('diagnose/no-parameters', {
    rule: 'gradientCheck: the model must have parameters, or its inputs be checked',
    received: 'a model without parameters',
    try: 'give inputs: true',
  })
}

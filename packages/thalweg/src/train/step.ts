/**
 * What is captured of a training step: forward, loss, the gradient of every parameter that was reached, the updates of
 * parameters and of what is kept beside them, the states that layers assign (running means), the step number, and the
 * sums of the epoch. All of it is one graph; after a step nothing has to be read.
 *
 * Where an update takes several batches there are two such graphs: one that adds a batch's gradients to the sums, and one
 * that takes the sums with its own batch, updates and begins anew.
 */
import { formatShape, ThalwegError } from '../base/index.ts'
import type { SlotType } from '../compile/index.ts'
import type { Target } from '../data/index.ts'
import { createVariable, type Node, topologicalOrder, type Variable } from '../graph/index.ts'
import { forward, type LayerCall, type Loss, type Model, type Store } from '../nn/index.ts'
import type { Clip, OptimizerState, UpdateContext } from '../optim/index.ts'
import { contextOf, followed, updateParameters } from '../optim/update.ts'
import {
  add,
  argmax,
  assign,
  cast,
  div,
  equal,
  gradients,
  isFinite as isFiniteTensor,
  logicalAnd,
  logicalNot,
  mul,
  scalar,
  select,
  sum,
  Tensor,
  variableTensor,
  zeros,
} from '../tensor/index.ts'
import type { ParameterSlots, Slots } from './slots.ts'

/** Values beside the model's that live as long as the run. Scalars but for `seed`. */
export interface Counters {
  /** Updates made, int32. */
  readonly step: Variable
  /** Low and high 32 bits, int32 [2]. */
  readonly seed: Variable
  /** Sum over this epoch's examples of the loss, float32. */
  readonly lossSum: Variable
  /** Correctly classified examples of this epoch, int32. */
  readonly correct: Variable
  /** Number (from 1) of the first step whose loss was not finite, int32; 0 while there was none. */
  readonly firstBad: Variable
  /** Where an update takes several batches: batches seen, int32, and the examples since the last update, float32. */
  readonly accumulation?: { readonly batch: Variable; readonly examples: Variable }
}

export function createCounters(accumulates: boolean): Counters {
  const scalar = (name: string, dtype: 'int32' | 'float32') => createVariable({ name, shape: [], dtype })
  return {
    step: scalar('step', 'int32'),
    seed: createVariable({ name: 'seed', shape: [2], dtype: 'int32' }),
    lossSum: scalar('lossSum', 'float32'),
    correct: scalar('correct', 'int32'),
    firstBad: scalar('firstBad', 'int32'),
    ...(accumulates && { accumulation: { batch: scalar('batch', 'int32'), examples: scalar('examples', 'float32') } }),
  }
}

export interface StepParts {
  readonly model: Model
  readonly store: Store
  readonly loss: Loss
  readonly slots: Slots
  readonly counters: Counters
  readonly target: Target
  readonly clip: Clip | undefined
  /** Numbers that change from step to step, beside the learning rate. */
  readonly hasMomentum: boolean
  readonly hasAverage: boolean
}

/** The numbers of a step, in the order in which {@link recordTrainingStep} takes them. */
export function scalarSlots({ hasMomentum, hasAverage }: Pick<StepParts, 'hasMomentum' | 'hasAverage'>): SlotType[] {
  const names = ['learningRate', ...(hasMomentum ? ['momentum'] : []), ...(hasAverage ? ['averageShare'] : [])]
  return names.map((name) => ({ name, shape: [], dtype: 'float32' }))
}

/** A layer at work, with what comes back to it. */
export interface SeenCall extends LayerCall {
  /** Of the batch's mean loss, with respect to the layer's output; undefined before the first parameter, where nothing needs it. */
  readonly gradient: Tensor | undefined
}

export interface SeenParameter {
  readonly path: string
  readonly value: Tensor
  /** Of the batch's mean loss; where several batches make an update, of all of them. */
  readonly gradient: Tensor
  /** Its value after the update. */
  readonly next: Tensor
}

/** A step as it was recorded, for whoever wants more outputs of it than the loss. */
export interface SeenStep {
  readonly inputs: Tensor
  readonly targets: Tensor
  readonly outputs: Tensor
  readonly loss: Tensor
  /** In the order in which they run, those of containers left out. */
  readonly calls: readonly SeenCall[]
  readonly parameters: readonly SeenParameter[]
}

export type ObserveStep = (seen: SeenStep) => readonly Tensor[]

/** A parameter that the loss was found to depend on. */
interface Reached extends ParameterSlots {
  readonly variable: Variable
  readonly value: Tensor
  readonly values: OptimizerState
  /** Where the gradient is taken: at the parameter itself, or where the optimizer looks ahead to. */
  readonly point: Tensor
}

/**
 * Records a step for inputs `[batch, ...]`, targets and the numbers of {@link scalarSlots}; its first output is the batch's
 * mean loss, the others are what `observe` asks for.
 *
 * @param updates whether this batch completes an update, or is only added to the sums
 */
export function recordTrainingStep(
  parts: StepParts,
  nodes: readonly Node[],
  updates: boolean,
  observe?: ObserveStep,
): readonly Node[] {
  const { model, store, counters, slots } = parts
  const [inputs, target, learningRate, ...rest] = nodes.map((node) => new Tensor(node))
  const momentum = parts.hasMomentum ? rest[0] : undefined
  const averageShare = parts.hasAverage ? rest[rest.length - 1] : undefined
  const step = variableTensor(counters.step)
  const context: UpdateContext = { learningRate, step: cast(add(step, 1), 'float32'), momentum }
  const reached: Reached[] = []
  const calls: LayerCall[] = []

  const outputs = forward(model, inputs, {
    store,
    training: true,
    random: {
      seed: variableTensor(counters.seed),
      step: counters.accumulation ? variableTensor(counters.accumulation.batch) : step,
    },
    substitute(variable, value) {
      const kept = slots.of(variable)
      if (kept.rules.rate === 0) return value
      const values = mapValues(kept.state, variableTensor)
      const { optimizer } = kept.rules
      const point = optimizer.lookahead?.(value, values, contextOf(kept.rules, context)) ?? value
      reached.push({ ...kept, variable, value, values, point })
      return point
    },
    ...(observe && { observe: (call) => calls.push(call) }),
  })
  checkOutputs(outputs, parts.target)
  const loss = parts.loss.forward(outputs, target)
  checkLoss(parts.loss, loss)

  const seen = withoutContainers(calls)
  const points = reached.map(({ point }) => point)
  const learning = seen.length === 0 ? [] : seen.map(({ output }) => output).filter(dependentOn(points, loss))
  const slopes = gradients(loss, [...points, ...learning])
  const ofCalls = new Map(slopes.splice(points.length).map((slope, index) => [learning[index], slope]))
  const whole = counters.accumulation
    ? accumulated(reached, slopes, outputs.shape[0], counters.accumulation.examples, updates)
    : slopes
  const next = updates ? recordUpdate(reached, whole, parts.clip, context, averageShare) : []
  count(counters, loss, outputs, target, updates)
  if (!observe) return [loss.node]
  const more = observe({
    inputs,
    targets: target,
    outputs,
    loss,
    calls: seen.map((call) => ({ ...call, gradient: ofCalls.get(call.output) })),
    parameters: next.map((next, index) => {
      const { variable, value } = reached[index]
      return { path: variable.name, value, gradient: whole[index], next }
    }),
  })
  return [loss.node, ...more.map(({ node }) => node)]
}

/** Whether a value on the way to `loss` is computed from any of `points`. */
function dependentOn(points: readonly Tensor[], loss: Tensor): (value: Tensor) => boolean {
  const dependent = new Set<Node>(points.map(({ node }) => node))
  for (const node of topologicalOrder([loss.node]))
    if (node.inputs.some((input) => dependent.has(input))) dependent.add(node)
  return ({ node }) => dependent.has(node)
}

/** The inner ones are called first: a container is whatever has a path that goes on in another's. */
export function withoutContainers(calls: readonly LayerCall[]): LayerCall[] {
  const inner = (path: string): boolean => calls.some((other) => other.path.startsWith(`${path}.`))
  return calls.filter(({ path, output }) => output.dtype === 'float32' && !inner(path))
}

/** New parameters, which are returned, new states of their optimizers, new averages. */
function recordUpdate(
  reached: readonly Reached[],
  slopes: readonly Tensor[],
  clip: Clip | undefined,
  context: UpdateContext,
  averageShare: Tensor | undefined,
): Tensor[] {
  const parameters = reached.map(({ rules, value, values, point }, index) => {
    return { rules, value, state: values, point, gradient: slopes[index] }
  })
  return updateParameters(parameters, clip, context).map((updated, index) => {
    const { variable, state, average } = reached[index]
    assign(variable, updated.parameter)
    for (const [name, place] of Object.entries(state)) assign(place, updated.state[name])
    if (average && averageShare) {
      assign(average, followed(variableTensor(average), updated.parameter, averageShare))
    }
    return updated.parameter
  })
}

/**
 * Adds this batch's gradients, each example weighing the same, to the sums. What comes back is the mean over all examples
 * since the last update, which is what one large batch would have given.
 */
function accumulated(
  reached: readonly Reached[],
  slopes: readonly Tensor[],
  batch: number,
  examples: Variable,
  updates: boolean,
): Tensor[] {
  const count = add(variableTensor(examples), batch)
  assign(examples, updates ? scalar(0) : count)
  return reached.map(({ gradientSum }, index) => {
    if (!gradientSum) return slopes[index]
    const total = add(variableTensor(gradientSum), mul(slopes[index], batch))
    assign(gradientSum, updates ? zeros(gradientSum.shape) : total)
    return div(total, count)
  })
}

/** The step number goes on, and this batch is added to the sums of the epoch. */
function count(counters: Counters, loss: Tensor, outputs: Tensor, target: Tensor, updates: boolean): void {
  const step = variableTensor(counters.step)
  const next = add(step, 1)
  const firstBad = variableTensor(counters.firstBad)
  const isFirstBad = logicalAnd(equal(firstBad, 0), logicalNot(isFiniteTensor(loss)))
  if (updates) assign(counters.step, next)
  if (counters.accumulation) {
    const { batch } = counters.accumulation
    assign(batch, add(variableTensor(batch), 1))
  }
  assign(counters.firstBad, select(isFirstBad, next, firstBad))
  assign(counters.lossSum, add(variableTensor(counters.lossSum), mul(loss, outputs.shape[0])))
  if (target.dtype !== 'int32') return
  const hits = cast(equal(argmax(outputs, 1), target), 'int32')
  assign(counters.correct, add(variableTensor(counters.correct), sum(hits)))
}

/** Logits that are more than the classes would train, and say nothing for years. */
function checkOutputs(outputs: Tensor, target: Target): void {
  const [, width = 0] = outputs.shape
  if (target.kind !== 'class' || outputs.rank !== 2 || width === target.classes.length) return
  throw new ThalwegError('train/wrong-output', {
    rule: 'fit: the model must end in one logit for each class',
    received: `outputs ${formatShape(outputs.shape)} for ${target.classes.length} classes`,
    try: `end the model with dense(${target.classes.length})`,
  })
}

function checkLoss(lossOf: Loss, loss: Tensor): void {
  if (loss.rank === 0) return
  throw new ThalwegError('train/loss-not-scalar', {
    rule: 'fit: a loss must be one number, the mean over the batch',
    received: `${lossOf.name} of shape ${formatShape(loss.shape)}`,
    try: 'end the loss with mean()',
  })
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

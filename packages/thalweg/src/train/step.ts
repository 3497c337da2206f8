/**
 * What is captured of a training step: forward, loss, the gradient of every parameter that was reached, the optimizer's
 * updates, the states that layers assign (running means), the step number, and the sums of the epoch. All of it is one
 * graph; after a step nothing has to be read.
 */
import { formatShape, sizeOf, ThalwegError } from '../base/index.ts'
import type { Engine } from '../compile/index.ts'
import type { Target } from '../data/index.ts'
import { createVariable, type Node, type Variable } from '../graph/index.ts'
import { forward, type Loss, type Model, type Store } from '../nn/index.ts'
import type { Optimizer, OptimizerState, UpdateContext } from '../optim/index.ts'
import {
  add,
  argmax,
  assign,
  cast,
  equal,
  gradients,
  isFinite as isFiniteTensor,
  logicalAnd,
  logicalNot,
  mul,
  select,
  sum,
  Tensor,
  variableTensor,
} from '../tensor/index.ts'

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
}

export function createCounters(): Counters {
  const scalar = (name: string, dtype: 'int32' | 'float32') => createVariable({ name, shape: [], dtype })
  return {
    step: scalar('step', 'int32'),
    seed: createVariable({ name: 'seed', shape: [2], dtype: 'int32' }),
    lossSum: scalar('lossSum', 'float32'),
    correct: scalar('correct', 'int32'),
    firstBad: scalar('firstBad', 'int32'),
  }
}

/** The optimizer's variables, made when a parameter is met for the first time and filled with their first values. */
export interface OptimizerSlots {
  readonly variables: readonly Variable[]
  of(parameter: Variable): Readonly<Record<string, Variable>>
}

export function createSlots(optimizer: Optimizer, engine: Engine): OptimizerSlots {
  const slots = new Map<Variable, Record<string, Variable>>()
  const variables: Variable[] = []
  return {
    variables,
    of(parameter) {
      const known = slots.get(parameter)
      if (known) return known
      const made: Record<string, Variable> = {}
      for (const [name, { shape, value }] of Object.entries(optimizer.init(parameter.shape))) {
        const variable = createVariable({ name: `${optimizer.name}.${name}.${parameter.name}`, shape })
        engine.write(variable, new Float64Array(sizeOf(shape)).fill(value))
        made[name] = variable
        variables.push(variable)
      }
      slots.set(parameter, made)
      return made
    },
  }
}

export interface StepParts {
  readonly model: Model
  readonly store: Store
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly slots: OptimizerSlots
  readonly counters: Counters
  readonly target: Target
}

/** Records a step for inputs `[batch, ...]`, targets and the learning rate; its only output is the batch's mean loss. */
export function recordTrainingStep(parts: StepParts, [inputs, targets, rate]: readonly Node[]): readonly Node[] {
  const { model, store, counters, optimizer, slots } = parts
  const step = variableTensor(counters.step)
  const context: UpdateContext = { learningRate: new Tensor(rate), step: cast(add(step, 1), 'float32') }
  const reached = new Map<Variable, Reached>()

  const outputs = forward(model, new Tensor(inputs), {
    store,
    training: true,
    random: { seed: variableTensor(counters.seed), step },
    substitute(variable, value) {
      const state = mapValues(slots.of(variable), variableTensor)
      const point = optimizer.lookahead?.(value, state, context) ?? value
      reached.set(variable, { value, state, point })
      return point
    },
  })
  const target = new Tensor(targets)
  checkOutputs(outputs, parts.target)
  const loss = parts.loss.forward(outputs, target)
  checkLoss(parts.loss, loss)

  const upstream = gradients(
    loss,
    [...reached.values()].map(({ point }) => point),
  )
  for (const [index, [variable, { value, state }]] of [...reached].entries()) {
    const decay = store.entries.get(variable.name)?.decay === false ? 0 : 1
    const updated = optimizer.update(upstream[index], value, state, { ...context, decay })
    assign(variable, updated.parameter)
    for (const [name, place] of Object.entries(slots.of(variable))) assign(place, updated.state[name])
  }
  count(counters, step, loss, outputs, target)
  return [loss.node]
}

interface Reached {
  readonly value: Tensor
  readonly state: OptimizerState
  /** Where the gradient is taken: at the parameter itself, or where the optimizer looks ahead to. */
  readonly point: Tensor
}

/** The step number goes on, and this batch is added to the sums of the epoch. */
function count(counters: Counters, step: Tensor, loss: Tensor, outputs: Tensor, target: Tensor): void {
  const next = add(step, 1)
  const firstBad = variableTensor(counters.firstBad)
  const isFirstBad = logicalAnd(equal(firstBad, 0), logicalNot(isFiniteTensor(loss)))
  assign(counters.step, next)
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

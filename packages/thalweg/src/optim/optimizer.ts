/**
 * An optimizer is a pair of pure graph functions: `init` says what state a parameter needs, `update` turns a gradient
 * into the new parameter and the new state. It is recorded into the step; it never sees a number.
 */
import type { Shape } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'

/** State of one parameter: named tensors. Shapes and first values are `init`'s, the names too. */
export type OptimizerState = Readonly<Record<string, Tensor>>
export type InitialState = Readonly<Record<string, { readonly shape: Shape; readonly value: number }>>

export interface UpdateContext {
  /** Scalar of this step; a schedule changes it without a new compilation. */
  readonly learningRate: Tensor
  /** 1 in the first update, as float32 scalar. */
  readonly step: Tensor
  /** What weight decay is multiplied with for this parameter: 0 for biases, gammas and betas. Default 1. */
  readonly decay?: number | undefined
  /** Scalar of this step: the momentum, where a schedule gives it. Default the optimizer's own. */
  readonly momentum?: Tensor | undefined
}

export interface Updated {
  readonly parameter: Tensor
  readonly state: OptimizerState
}

/** When an optimizer first does what it is there for; a run that ends before is refused. */
export interface FirstAct {
  /** Whose. */
  readonly name: string
  /** From 1. */
  readonly update: number
  /** That says so. */
  readonly option: string
}

export interface Optimizer {
  /** `sgd`, `adam`. */
  readonly name: string
  /** As given and completed with defaults, plain data: it goes into the run's manifest. */
  readonly options: Readonly<Record<string, unknown>>
  /** The rate of the first step when no schedule says otherwise. */
  readonly learningRate: number
  /** Its momentum (Adam's beta1), where there is one that a schedule may change. */
  readonly momentum?: number
  /** Where it, or one inside it, acts only now and then. */
  readonly acts?: FirstAct
  readonly init: (shape: Shape) => InitialState
  readonly update: (gradient: Tensor, parameter: Tensor, state: OptimizerState, context: UpdateContext) => Updated
  /** Where the gradient is to be taken, if not at the parameter itself (Nesterov's look-ahead in the article's form). */
  readonly lookahead?: (parameter: Tensor, state: OptimizerState, context: UpdateContext) => Tensor
}

/**
 * One update of all parameters, from their gradients to their new values: penalties, clipping, each parameter's
 * optimizer, constraints, averages. Recorded into the step like everything else; it never sees a number.
 */
import { add, gradients, less, mul, select, sub, type Tensor } from '../tensor/index.ts'
import type { Clip } from './clip.ts'
import type { ParameterRules } from './groups.ts'
import type { OptimizerState, UpdateContext, Updated } from './optimizer.ts'

/** A parameter on its way through an update. */
export interface UpdatedParameter {
  readonly rules: ParameterRules
  readonly value: Tensor
  readonly state: OptimizerState
  /** Where its gradient is taken: its value, or where the optimizer looks ahead to. */
  readonly point: Tensor
  /** Of the loss alone. */
  readonly gradient: Tensor
}

/** New values and states, in the order of `parameters`. */
export function updateParameters(
  parameters: readonly UpdatedParameter[],
  clip: Clip | undefined,
  context: UpdateContext,
): Updated[] {
  const whole = withPenalties(parameters)
  const clipped = clip ? clip.apply(whole) : whole
  return parameters.map(({ rules, value, state }, index) => {
    const updated = rules.optimizer.update(clipped[index], value, state, contextOf(rules, context))
    return rules.constraint ? { parameter: rules.constraint.apply(updated.parameter), state: updated.state } : updated
  })
}

/** What the optimizer of one parameter is told. */
export function contextOf({ rate, decay, isMain }: ParameterRules, context: UpdateContext): UpdateContext {
  return {
    step: context.step,
    learningRate: rate === 1 ? context.learningRate : mul(context.learningRate, rate),
    decay,
    momentum: isMain ? context.momentum : undefined,
  }
}

function withPenalties(parameters: readonly UpdatedParameter[]): Tensor[] {
  return parameters.map(({ rules: { penalty, decay }, point, gradient }) => {
    if (!penalty) return gradient
    const [slope] = gradients(penalty.value(point), [point])
    return add(gradient, decay === 1 ? slope : mul(slope, decay))
  })
}

/**
 * An average that has followed `value` by `share` of the way, a scalar in [0, 1]. As PyTorch's lerp: exactly the average
 * at 0, exactly the value at 1.
 */
export function followed(average: Tensor, value: Tensor, share: Tensor): Tensor {
  const way = sub(value, average)
  return select(less(share, 0.5), add(average, mul(way, share)), sub(value, mul(way, sub(1, share))))
}

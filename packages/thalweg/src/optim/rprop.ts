/**
 * Rprop (Riedmiller and Braun 1993; the form without step reversal, iRprop-, of Igel and Huesken 2000): every value has
 * a step of its own, which grows while the gradient keeps its sign and shrinks when that flips; the gradient's size does
 * not matter. For the whole data set at once: mini-batches flip signs by chance.
 */
import { clip, div, less, mul, select, sign, sub } from '../tensor/index.ts'
import { checkPositive, refuse } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'

export interface RpropOptions {
  /** Every step at first. A schedule scales all steps by its rate over this one. Default 0.01. */
  readonly learningRate?: number
  /** What a step is multiplied with when the sign flips, in (0, 1). Default 0.5. */
  readonly shrink?: number
  /** What it is multiplied with while the sign stays, above 1. Default 1.2. */
  readonly grow?: number
  /** Default 1e-6. */
  readonly smallestStep?: number
  /** Default 50. */
  readonly largestStep?: number
}

const DEFAULTS: Required<RpropOptions> = {
  learningRate: 0.01,
  shrink: 0.5,
  grow: 1.2,
  smallestStep: 1e-6,
  largestStep: 50,
}

export function rprop(options: RpropOptions = {}): Optimizer {
  const { learningRate, shrink, grow, smallestStep, largestStep } = completed('rprop', options, DEFAULTS)
  checkPositive('rprop', 'learningRate', learningRate, 'give a positive first step, such as 0.01')
  if (!(shrink > 0 && shrink < 1)) refuse('rprop', 'shrink must lie in (0, 1)', 'shrink', shrink, 'use 0.5')
  if (!(grow > 1 && Number.isFinite(grow))) refuse('rprop', 'grow must be above 1', 'grow', grow, 'use 1.2')
  checkPositive('rprop', 'smallestStep', smallestStep, 'use 1e-6')
  if (!(largestStep >= smallestStep)) {
    refuse('rprop', 'largestStep must not be below smallestStep', 'largestStep', largestStep, 'use 50')
  }
  return {
    name: 'rprop',
    options: { learningRate, shrink, grow, smallestStep, largestStep },
    learningRate,
    init: (shape) => ({ gradient: { shape, value: 0 }, steps: { shape, value: learningRate } }),
    update(gradient, parameter, state, context) {
      const agreement = mul(gradient, state.gradient)
      const flipped = less(agreement, 0)
      const factor = select(less(0, agreement), grow, select(flipped, shrink, 1))
      const steps = clip(mul(state.steps, factor), smallestStep, largestStep)
      // After a flip the value waits for one step, and the next gradient counts as neither agreeing nor flipping.
      const g = select(flipped, 0, gradient)
      const scale = div(context.learningRate, learningRate)
      return { parameter: sub(parameter, mul(mul(sign(g), steps), scale)), state: { gradient: g, steps } }
    },
  }
}

/**
 * Lookahead (Zhang, Lucas, Hinton, Ba, NeurIPS 2019, algorithm 1) around any other optimizer: that one runs ahead, and
 * every `syncSteps` updates the slow weights follow it by a share of the way, where it starts again:
 * `slow += slowShare (fast - slow)`, `fast = slow`. The inner optimizer keeps its state, as in the algorithm.
 */
import { add, div, equal, floor, lessEqual, mul, select, sub } from '../tensor/index.ts'
import { checkSteps, refuse } from './checks.ts'
import type { FirstAct, Optimizer } from './optimizer.ts'
import { completed } from './options.ts'

export interface LookaheadOptions {
  /** Updates of the inner optimizer for each of the slow weights (the paper's k). Default 5. */
  readonly syncSteps?: number
  /** How far the slow weights follow, in (0, 1] (the paper's alpha). Default 0.5. */
  readonly slowShare?: number
}

const DEFAULTS: Required<LookaheadOptions> = { syncSteps: 5, slowShare: 0.5 }
const SLOW = 'slowWeights'

/** @throws ThalwegError `optim/bad-option`, `optim/unknown-option` */
export function lookahead(inner: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const { syncSteps, slowShare } = completed('lookahead', options, DEFAULTS)
  checkSteps('lookahead', 'syncSteps', syncSteps)
  if (!(slowShare > 0 && slowShare <= 1)) {
    refuse('lookahead', 'slowShare must lie in (0, 1]', 'slowShare', slowShare, 'use 0.5 or 0.8')
  }
  const { learningRate } = inner
  return {
    name: 'lookahead',
    options: { learningRate, syncSteps, slowShare, optimizer: { name: inner.name, options: inner.options } },
    learningRate,
    ...(inner.momentum !== undefined && { momentum: inner.momentum }),
    acts: latest({ name: 'lookahead', update: syncSteps, option: 'syncSteps' }, inner.acts),
    init: (shape) => ({ ...inner.init(shape), [SLOW]: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const { [SLOW]: kept, ...own } = state
      const updated = inner.update(gradient, parameter, own, context)
      // The slow weights begin where the parameter does; before the first update that is in no state.
      const slow = select(lessEqual(context.step, 1), parameter, kept)
      // Half a step more keeps the quotient away from whole numbers, where rounding would decide.
      const turns = floor(div(add(context.step, 0.5), syncSteps))
      const isSync = equal(mul(turns, syncSteps), context.step)
      const followed = select(isSync, add(slow, mul(sub(updated.parameter, slow), slowShare)), slow)
      return {
        parameter: select(isSync, followed, updated.parameter),
        state: { ...updated.state, [SLOW]: followed },
      }
    },
    ...(inner.lookahead && { lookahead: inner.lookahead }),
  }
}

/** Around another that acts now and then: a run in which both do is long enough. */
function latest(own: FirstAct, inner: FirstAct | undefined): FirstAct {
  return inner && inner.update > own.update ? inner : own
}

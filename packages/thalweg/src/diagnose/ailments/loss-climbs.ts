import type { Ailment } from '../ailment.ts'
import { above, isRateToFall, progress } from '../chart.ts'
import { clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { SIZES } from '../roots.ts'
import { short } from '../words.ts'

/** Over the best epoch. Two epochs in a row have to be so high: one may be thrown out by a single batch. */
const TIMES = 2
/** Below this share of what a constant answer has, a loss may double and mean nothing. */
const HIGH = 0.5

/** In the beginning it may be thrown out of a good place by chance, and find a better one. */
const PROGRESS = 0.3
const STEPS = 60

export const lossClimbs: Ailment = {
  code: 'loss-climbs',
  severity: 'warning',
  about:
    'The training loss has been far lower than it is: the run had something and lost it again. A slow swing of whole ' +
    'epochs is what too much momentum makes; at a rate too high a single step may do it. While a schedule has the rate near its highest and will bring it down, ' +
    'that is a note.',
  rule: 'mean training loss of each of the last 2 epochs over that of the best one before, both above the least there is',
  threshold: TIMES,
  cause: 'the learning rate is too high, or a momentum near 1 that carries the weights past where the loss is low',
  try: 'lower the learning rate ten times; momentum 0.9',
  source: 'the article, sections 6 and 7.2; Sutskever, Martens, Dahl, Hinton, ICML 2013',
  unless: ['rate-too-low'],
  follows: SIZES,
  when: 'epoch',
  examine(chart) {
    const { epochs, blindLoss, losses } = chart
    const [before, last] = epochs.slice(-2)
    if (!last || epochs.length < 4 || losses.values.length < STEPS || progress(chart) < PROGRESS) return []
    const best = epochs.slice(0, -2).reduce((least, one) => (one.trainLoss < least.trainLoss ? one : least))
    const lower = Math.min(before.trainLoss, last.trainLoss)
    const measured = above(chart, lower) / above(chart, best.trainLoss)
    if (!(measured > TIMES) || above(chart, lower) < HIGH * above(chart, blindLoss ?? losses.first)) return []
    const message = `the training loss was ${short(best.trainLoss)} in epoch ${best.epoch} and is ${short(before.trainLoss)} and ${short(last.trainLoss)} in the last two`
    const severity = isRateToFall(chart) ? ('info' as const) : ('warning' as const)
    return [{ measured, message, severity, patches: [...lessMomentum(chart.settings), slower, muchSlower, clipped] }]
  },
}

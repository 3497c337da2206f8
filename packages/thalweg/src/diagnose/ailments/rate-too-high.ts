import type { Ailment } from '../ailment.ts'
import { isRateToFall, known, progress, updateRatio } from '../chart.ts'
import { adaptive, clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { SHRUNK, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** A thousandth is usual, a hundredth much. */
const RATIO = 0.065
const READINGS = 3
/** A network that learns all the same is left alone. */
const LEARNED = 0.4
/** In the beginning a network has learned little anyway. */
const LEARNED_EARLY = 0.3
const EARLY = 0.25
/** Before, large steps may be what a good beginning is made of. */
const PROGRESS = 0.15
const STEPS = 40

export const rateTooHigh: Ailment = {
  code: 'rate-too-high',
  severity: 'warning',
  about:
    'Each update changes the weights by a large part of their size, so what one batch taught is gone after a few others: ' +
    'the loss jumps about, or stays high. While a schedule has the rate near its highest and will bring it down, that is a note.',
  rule: 'median over the weights of how far an update moves them, relative to their size, in 3 readings in a row',
  threshold: RATIO,
  cause: 'the learning rate is too high',
  try: 'lower the learning rate ten times',
  source: 'CS231n, neural networks part 3 (ratio of updates to weights, about 1e-3); the article, section 6',
  unless: ['rate-too-low'],
  follows: [...SIZES, ...SHRUNK, 'sorted-examples'],
  when: 'reading',
  examine(chart) {
    // Adaptive optimizers begin with steps that are large by design: the first reading is left out.
    const ratios = chart.readings.slice(1).map(updateRatio)
    const most = progress(chart) < EARLY ? LEARNED_EARLY : LEARNED
    if (chart.losses.values.length < STEPS || progress(chart) < PROGRESS || known(chart) > most) return []
    // At any time: what was thrown far out once may lie still there, with nothing learned.
    const inARow = ratios.slice(READINGS - 1).map((_, at) => Math.min(...ratios.slice(at, at + READINGS)))
    const measured = Math.max(...inARow)
    if (!(measured > RATIO)) return []
    const message = `an update moved the weights by ${short(measured)} of their size; ${percent(Math.max(0, known(chart)))} is learned`
    const severity = isRateToFall(chart) ? ('info' as const) : ('warning' as const)
    return [
      {
        measured,
        message,
        severity,
        patches: [...lessMomentum(chart.settings), slower, muchSlower, adaptive, clipped],
      },
    ]
  },
}

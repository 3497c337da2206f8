import type { Ailment } from '../ailment.ts'
import { type Chart, isRateToFall, updateRatio, wayOf } from '../chart.ts'
import { adaptive, clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { SHUT, SIZES } from '../roots.ts'
import { short } from '../words.ts'

/** What networks that know nothing have by chance stays below. */
const SHARE = 1.2
/** Losses that the mean is taken of; the same number before them has to be above too. */
const LOSSES = 24
/** Who is on the way down is left alone. */
const FALLING = 0.97
/** Size of an update over that of the weights. */
const MOVING = 1e-4
/** Of all updates together: weights that have come no further were not thrown anywhere; a first batch has a low loss by chance. */
const THROWN = 0.3

export const lossAboveStart: Ailment = {
  code: 'loss-above-start',
  severity: 'warning',
  about:
    'The loss stays above where it began and above that of a constant answer, and does not fall, though it does not ' +
    'explode: updates are so large that they undo each other, or they threw the network into a corner where it knows less ' +
    'than nothing. Nothing is said while a schedule raises the rate, and a note while it will bring it down: what is thrown ' +
    'up then comes down with the rate.',
  rule: 'mean loss of the last 24 steps, and of the 24 before them, as a multiple of the first loss or that of the best constant answer, whichever is higher',
  threshold: SHARE,
  cause: 'the learning rate is too high',
  try: 'lower the learning rate ten times; or clip the gradients',
  source: 'the article, section 6 (the curve of a very high rate)',
  unless: ['loss-diverged', 'rate-too-low'],
  follows: [...SIZES, ...SHUT, 'sorted-examples'],
  when: 'loss',
  examine(chart) {
    const { losses, blindLoss = Number.NEGATIVE_INFINITY, readings, settings } = chart
    const { values } = losses
    // A loss that stays because nothing ever moved is another matter; what was thrown out may well lie still since.
    if (readings.length > 0 && readings.every((reading) => updateRatio(reading) < MOVING)) return []
    const way = wayOf(chart)
    if (way !== undefined && way < THROWN) return []
    if (values.length < 2 * LOSSES || isWarmingUp(chart)) return []
    const now = losses.recent(LOSSES)
    const before = 2 * losses.recent(2 * LOSSES) - now
    // Targets on a huge scale begin far above a constant answer: who is on the way down from there is above nothing.
    const from = Math.max(blindLoss, losses.first)
    const measured = Math.min(now, before) / from
    if (!(measured > SHARE) || now < FALLING * before) return []
    const message = `the loss stays at ${short(now)} and does not fall; it began at ${short(losses.first)}${Number.isFinite(blindLoss) ? `, and a constant answer has ${short(blindLoss)}` : ''}`
    const severity = isRateToFall(chart) ? ('info' as const) : ('warning' as const)
    return [
      { measured, message, severity, patches: [...lessMomentum(settings), slower, muchSlower, clipped, adaptive] },
    ]
  },
}

/** Whether the rate rose within the steps that are judged. */
function isWarmingUp({ settings: { schedule }, position: { step } }: Chart): boolean {
  if (typeof schedule !== 'function') return false
  const begin = Math.max(0, step - 2 * LOSSES)
  return Array.from({ length: step - begin }, (_, at) => schedule(begin + at)).some((rate) => rate > schedule(begin))
}

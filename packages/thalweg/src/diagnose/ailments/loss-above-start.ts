import type { Ailment } from '../ailment.ts'
import { updateRatio } from '../chart.ts'
import { adaptive, clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { short } from '../words.ts'

/** What networks that know nothing have by chance stays below. */
const SHARE = 1.2
/** Losses that the mean is taken of; the same number before them has to be above too. */
const LOSSES = 24
/** Who is on the way down is left alone. */
const FALLING = 0.97
/** Size of an update over that of the weights. */
const MOVING = 1e-4

export const lossAboveStart: Ailment = {
  code: 'loss-above-start',
  severity: 'warning',
  about:
    'The loss stays above that of a constant answer and does not fall, though it does not explode: updates are so large ' +
    'that they undo each other, or they threw the network into a corner where it knows less than nothing.',
  rule: 'mean loss of the last 24 steps, and of the 24 before them, as a multiple of that of the best constant answer',
  threshold: SHARE,
  cause: 'the learning rate is too high',
  try: 'lower the learning rate ten times; or clip the gradients',
  source: 'the article, section 6 (the curve of a very high rate)',
  when: 'loss',
  examine({ losses, blindLoss, readings, settings }) {
    const { values } = losses
    // A loss that stays because nothing moves is another matter.
    const reading = readings[readings.length - 1]
    if (reading && updateRatio(reading) < MOVING) return []
    if (values.length < 2 * LOSSES) return []
    const now = losses.recent(LOSSES)
    const before = 2 * losses.recent(2 * LOSSES) - now
    const from = blindLoss ?? losses.first
    const measured = Math.min(now, before) / from
    if (!(measured > SHARE) || now < FALLING * before) return []
    const message = `the loss stays at ${short(now)} and does not fall; a constant answer has ${short(from)}`
    return [{ measured, message, patches: [...lessMomentum(settings), slower, muchSlower, clipped, adaptive] }]
  },
}

import type { Ailment } from '../ailment.ts'
import { above, isRateToFall, progress } from '../chart.ts'
import { clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { SIZES } from '../roots.ts'
import { short } from '../words.ts'

/** Stretches of the curve that are compared. */
const STRETCHES = 16
/** Examples in a stretch, at least: the mean over fewer varies by chance. */
const EXAMPLES = 128
/** A swing is a way up or down by this share of how far the mean of all lies above the least there is. */
const SWING = 0.5
/** And by so many standard errors of the difference of two stretches, as the losses within them vary. */
const BEYOND_CHANCE = 4
/** Up, down and up again, at least: a curve on its way down may be thrown back once. */
const SWINGS = 3
/** Swings around a loss that is as good as the least there is do no harm. */
const HIGH = 0.12
/** A network that has learned most of what there is may jump now and then. */
const LEARNED = 0.4
/** Of the run: before, the rate may be meant to be high and to fall. */
const PROGRESS = 0.3
/** Before, it may be on its way. */
const LATE = 0.7

export const lossOscillates: Ailment = {
  code: 'loss-oscillates',
  severity: 'warning',
  about:
    'The loss goes up and down by much more than batches differ by: updates jump from one side of the valley to the ' +
    'other, are thrown out now and then, and have to come back. A curve that falls, however rough, is none of this: only ' +
    'ways up and down again count.',
  rule: 'swings of the last 16 stretches of the curve by half of their mean, above the least there is, and by 4 standard errors',
  threshold: SWINGS,
  cause: 'the learning rate is too high for the steepest direction of the loss',
  try: 'lower the learning rate, or clip the gradients',
  source: 'the article, sections 6 and 7.5; LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 5',
  follows: [...SIZES, 'sorted-examples'],
  when: 'reading',
  examine(chart) {
    const { losses, settings, blindLoss } = chart
    const length = STRETCHES * Math.max(4, Math.ceil(EXAMPLES / settings.batchSize))
    const count = losses.values.length
    if (count < length + 16 || progress(chart) < PROGRESS) return []
    const means = losses.stretches(STRETCHES, length / count)
    const mean = means.reduce((sum, each) => sum + each, 0) / STRETCHES
    if (above(chart, mean) < HIGH * above(chart, losses.first)) return []
    const least = Math.max(
      SWING * above(chart, mean),
      BEYOND_CHANCE * errorOfDifference(losses.values.slice(-length), means),
    )
    const measured = swings(means, least)
    if (measured < SWINGS) return []
    // By the mean of the stretches: the last losses alone may be a crest or a trough.
    const from = Math.min(blindLoss ?? losses.first, losses.first)
    const isMild =
      1 - above(chart, mean) / above(chart, from) > LEARNED || progress(chart) < LATE || isRateToFall(chart)
    const severity = isMild ? ('info' as const) : ('warning' as const)
    const [low, high] = [Math.min(...means), Math.max(...means)]
    const message = `the loss swings between ${short(low)} and ${short(high)}, ${measured} times in the last ${length} steps`
    return [{ measured, severity, message, patches: [...lessMomentum(settings), slower, muchSlower, clipped] }]
  },
}

/** How often the way turns and goes by at least `least` in the other direction; the way in is none. */
function swings(means: readonly number[], least: number): number {
  let [low, high, count, direction] = [means[0], means[0], 0, 0]
  for (const each of means) {
    low = Math.min(low, each)
    high = Math.max(high, each)
    const turned = direction <= 0 && each - low >= least ? 1 : direction >= 0 && high - each >= least ? -1 : 0
    if (turned === 0) continue
    if (direction !== 0 || turned === 1) count++
    direction = turned
    low = each
    high = each
  }
  return count
}

/** Standard error of the difference between the means of two stretches, from the variance within all of them. */
function errorOfDifference(values: readonly number[], means: readonly number[]): number {
  const perStretch = values.length / means.length
  let within = 0
  for (const [at, value] of values.entries()) {
    within += (value - means[Math.floor(at / perStretch)]) ** 2 / (values.length - means.length)
  }
  return Math.sqrt((2 * within) / perStretch)
}

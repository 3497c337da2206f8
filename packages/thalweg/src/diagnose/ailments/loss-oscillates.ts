import type { Ailment } from '../ailment.ts'
import { progress } from '../chart.ts'
import { clipped, lessMomentum, muchSlower, slower } from '../patches.ts'
import { percent, short } from '../words.ts'

/** Stretches of the curve that are compared. */
const STRETCHES = 16
/** Examples in a stretch, at least: the mean over fewer varies by chance. */
const EXAMPLES = 128
/** Range of their means, of the mean of all. */
const SWING = 0.75
/** Variance of the stretches' means over what batches that differ by chance alone would give them. */
const BEYOND_CHANCE = 3
/** A curve on its way down has few. */
const TURNS = 4
/** Swings around a loss that is as good as 0 do no harm. */
const HIGH = 0.12
/** A network that has learned most of what there is may jump now and then. */
const LEARNED = 0.4
/** Of the run: before, it may be on its way. */
const LATE = 0.7

export const lossOscillates: Ailment = {
  code: 'loss-oscillates',
  severity: 'warning',
  about:
    'The loss goes up and down by much more than batches differ by: updates jump from one side of the valley to the ' +
    'other, are thrown out now and then, and have to come back.',
  rule: 'range of the means of the last 16 stretches of the curve, as a share of their mean',
  threshold: SWING,
  cause: 'the learning rate is too high for the steepest direction of the loss',
  try: 'lower the learning rate, or clip the gradients',
  source: 'the article, sections 6 and 7.5; LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 5',
  when: 'reading',
  examine(chart) {
    const { losses, settings, blindLoss } = chart
    const { batchSize } = settings
    const length = STRETCHES * Math.max(4, Math.ceil(EXAMPLES / batchSize))
    const count = losses.values.length
    if (count < length + 16) return []
    const means = losses.stretches(STRETCHES, length / count)
    const mean = means.reduce((sum, each) => sum + each, 0) / STRETCHES
    const measured = (Math.max(...means) - Math.min(...means)) / mean
    const turns = means.slice(2).filter((each, at) => (each - means[at + 1]) * (means[at + 1] - means[at]) < 0).length
    if (!(measured > SWING) || turns < TURNS || mean < HIGH * losses.first) return []
    if (!(beyondChance(losses.values.slice(-length), means) > BEYOND_CHANCE)) return []
    // By the mean of the stretches: the last losses alone may be a crest or a trough.
    const from = Math.min(blindLoss ?? losses.first, losses.first)
    const isMild = 1 - mean / from > LEARNED || progress(chart) < LATE
    const severity = isMild ? ('info' as const) : ('warning' as const)
    const message = `the loss swings by ${percent(measured)} around ${short(mean)} and turned ${turns} times in the last ${length} steps`
    return [{ measured, severity, message, patches: [...lessMomentum(settings), slower, muchSlower, clipped] }]
  },
}

/** The F ratio of an analysis of variance: between stretches over within them. */
function beyondChance(values: readonly number[], means: readonly number[]): number {
  const perStretch = values.length / means.length
  const mean = means.reduce((sum, each) => sum + each, 0) / means.length
  let [between, within] = [0, 0]
  for (const each of means) between += (perStretch * (each - mean) ** 2) / (means.length - 1)
  for (const [at, value] of values.entries()) {
    within += (value - means[Math.floor(at / perStretch)]) ** 2 / (values.length - means.length)
  }
  return between / within
}

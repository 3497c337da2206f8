import type { Ailment } from '../ailment.ts'
import { blindLossOf, leastLossOf } from '../blind-loss.ts'
import { aboveWhat, type Chart, learned, progress } from '../chart.ts'
import { isValidationSpoilt } from '../held-out.ts'
import { withLeftOut } from '../place.ts'
import { OBSTACLES, OVERSHOT, SIZES } from '../roots.ts'
import type { Signal } from '../signal.ts'
import { percent, short } from '../words.ts'

/** Of the loss of a constant answer to the validation examples: nobody ever did better than this. */
const LEFT = 0.97
/**
 * Of few examples some answers are better than a constant one by chance, the best of a hundred epochs all the more: of 45 by 11% at
 * most in 48 tables of noise.
 */
const BY_CHANCE = 0.8
/** Where nothing is validated: what is learned of the training examples themselves. */
const LEARNED = 0.1
const PROGRESS = 0.3
const STEPS = 60

export const noSignal: Ailment = {
  code: 'no-signal',
  severity: 'warning',
  about:
    'The inputs may hold nothing about the target. Whatever the network learns of its own examples, it has never answered ' +
    'others better than a constant would; and without any network, neither do like examples have like targets, nor does a ' +
    'single feature, or a kernel regression of all of them, tell more than chance. A signal that is weak beside its noise may ' +
    'still be there: more examples would show it. The threshold is lower where few examples are validated, ' +
    `1 - ${BY_CHANCE} / sqrt(n) of n examples, and ${1 - LEARNED} of the training loss where none are.`,
  rule: 'lowest validation loss so far over that of the best constant answer, above the least there is, where neither neighbours, single features nor a kernel regression tell the target',
  threshold: LEFT,
  cause:
    'targets that do not belong to their rows: shuffled, shifted by one, joined by the wrong key; or features that have nothing to do with what is asked',
  try: 'look at some rows with their targets by eye, and at how they were joined; a larger network would only learn more of it by heart',
  source:
    'Zhang, Bengio, Hardt, Recht, Vinyals, Understanding deep learning requires rethinking generalization, ICLR 2017 (random labels); Cover and Hart, Nearest neighbor pattern classification, 1967; Cho and Saul, Kernel methods for deep learning, NIPS 2009',
  // A network that something else keeps from learning is no witness.
  unless: [
    ...SIZES,
    ...OVERSHOT,
    ...OBSTACLES,
    'rate-too-low',
    'dead-relu',
    'saturated-activation',
    'vanishing-gradient',
  ],
  when: 'epoch',
  examine(chart) {
    if (chart.losses.values.length < STEPS || progress(chart) < PROGRESS) return []
    if (isValidationSpoilt(chart.data.heldOut)) return []
    const { measured, threshold, message } = neverBetter(chart)
    if (!(measured > threshold)) return []
    const signal = chart.signal()
    if (signal.isThere || (chart.knowable()?.share ?? 0) > 0) return []
    const why = withLeftOut(noSignal, chart.settings.train.source)
    return [{ measured, threshold, message: `${message}; ${wordsOf(signal, chart)}`, ...why }]
  },
}

interface Witness {
  readonly measured: number
  readonly threshold: number
  readonly message: string
}

/** What the network has to say. */
function neverBetter(chart: Chart): Witness {
  const { epochs, blindLoss = Number.NaN, settings } = chart
  const { valid, loss } = settings
  const gone = percent(Math.max(0, learned(chart)))
  if (!valid) {
    const measured = 1 - learned(chart)
    return {
      measured,
      threshold: 1 - LEARNED,
      message: `${gone} of the training loss is gone, and nothing is validated`,
    }
  }
  const constant = blindLossOf(valid, loss) ?? Number.NaN
  const least = leastLossOf(valid, loss)
  const lowest = Math.min(...epochs.map(({ validLoss = Number.NaN }) => validLoss))
  const threshold = Math.min(LEFT, 1 - BY_CHANCE / Math.sqrt(valid.size))
  const measured = Number.isNaN(blindLoss) ? Number.NaN : (lowest - least) / (constant - least)
  const message = `on ${valid.size} validation examples the loss was never below ${percent(measured)} of what a constant answer has (${short(constant)})${aboveWhat({ leastLoss: least })}, while ${gone} of the training loss${aboveWhat(chart)} is gone`
  return { measured, threshold, message }
}

function wordsOf({ examples, agreement, chance, best }: Signal, { settings: { train } }: Chart): string {
  const neighbours =
    train.target.kind === 'class'
      ? `of ${examples} examples ${percent(agreement)} have the class of their nearest neighbour, by chance ${percent(chance)}`
      : `the targets of ${examples} examples and of their nearest neighbours correlate by ${short(agreement)}`
  if (!best) return neighbours
  const { feature, byChance } = best
  return `${neighbours}; of all features ${feature.name} tells most, ${percent(feature.told)} of the variance, and by chance one may tell ${percent(byChance)}`
}

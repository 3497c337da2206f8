import type { Dataset } from '../../data/index.ts'
import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { above, aboveWhat, type Chart, FORETOLD, knownAtBest, lossInTheEnd } from '../chart.ts'
import { adaptive, faster, lessMomentum } from '../patches.ts'
import { withLeftOut } from '../place.ts'
import { OBSTACLES, OVERSHOT, SHRUNK, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** Of the loss of a constant answer: whoever has learned less may like to know, though there may be no more to learn. */
const LITTLE = 0.35
/** A quick look that is sure of no more than this found nothing; where a seventh of the variance can be known it is sure of more. */
const NOTHING = 0.01
const STEPS = 60
/** Networks whose widest hidden layer has fewer units: what they lack is capacity. */
const SMALL = 8

export const underfitting: Ailment = {
  code: 'underfitting',
  severity: 'warning',
  about:
    'The run is over and the network knows much less than a quick look without any training foretells, of the very examples ' +
    'it was trained on. That is no matter of generalization: it is too small, trained too shortly, held back too much, or it ' +
    'cannot see what it needs. Where nothing shows that there is more to know, little knowledge is a note, and a warning only if there seems to be nothing at all.',
  rule: 'share of the loss of the best constant answer (or of the mistakes of always naming the commonest class) that is gone in the end, over the share that a kernel regression takes away, which foretells each example from others',
  threshold: FORETOLD,
  cause: 'too few steps, too small a network, or too much regularization',
  try: 'more epochs, a wider network, less dropout and weight decay; look at the inputs',
  source:
    'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 5.2; Cho and Saul, Kernel methods for deep learning, NIPS 2009',
  unless: ['no-signal', 'overfitting'],
  follows: [...SIZES, ...SHRUNK, ...OVERSHOT, ...OBSTACLES, 'rate-too-low'],
  when: 'epoch',
  examine(chart) {
    const { isOver, blindLoss, losses, settings } = chart
    if (blindLoss === undefined || !isOver || losses.values.length < STEPS) return []
    const { loss, where } = lossInTheEnd(chart)
    const gone = 1 - above(chart, loss) / above(chart, blindLoss)
    const most = knownAtBest(chart, blindLoss)
    if (!(most < FORETOLD)) return []
    const message = `the run ends at a loss of ${short(loss)} on ${where}; a constant answer has ${short(blindLoss)}: ${percent(Math.max(0, gone))} of it${aboveWhat(chart)} is learned`
    const { examples = 0, share = 0 } = chart.knowable() ?? {}
    const measured = Math.max(0, most) / share
    if (!(share > 0 && measured < FORETOLD)) return most < LITTLE ? [little(gone, message, share, settings.train)] : []
    const widest = widestHidden(chart)
    const cause = `the widest hidden layer has ${widest} unit${widest === 1 ? '' : 's'}: the network is too small`
    return [
      {
        measured,
        message: `${message}; of ${examples} examples, each foretold from the others without any training, a kernel regression knows ${percent(share)}`,
        patches: [...lessMomentum(settings), faster, adaptive],
        ...(widest < SMALL && { cause }),
      },
    ]
  },
}

/** That there is more to know is not shown; where nothing is, something may be wrong with the targets. */
function little(gone: number, message: string, share: number, { source }: Dataset): Sign {
  const isNothing = share < NOTHING
  const cause = isNothing
    ? 'targets that do not belong to their rows, features that have next to nothing to do with what is asked, or more than a quick look can see'
    : 'inputs that say little about the target, or more than a quick look can see'
  const advice = isNothing
    ? 'look at some rows with their targets by eye, and at how they were joined'
    : 'features that say more; where there should be more to learn, a wider network and more epochs'
  const found = isNothing ? 'nothing that is beyond chance' : `hardly more, ${percent(share)} for sure`
  return {
    measured: gone,
    severity: isNothing ? 'warning' : 'info',
    rule: 'share of the loss of the best constant answer, above the least there is, that training has taken away in the end',
    threshold: LITTLE,
    message: `${message}; a quick look at the inputs without any training finds ${found}`,
    ...withLeftOut({ cause, try: advice }, source),
  }
}

/** Units or filters; infinite where no layer is hidden. */
function widestHidden({ anatomy: { layers, parameters } }: Chart): number {
  const weighted = new Set(parameters.filter(({ isWeight }) => isWeight).map(({ layer }) => layer))
  const hidden = layers.filter(({ path }) => weighted.has(path)).slice(0, -1)
  const units = hidden.map(({ outputShape }) => outputShape[outputShape.length - 1] ?? 0)
  return units.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...units)
}

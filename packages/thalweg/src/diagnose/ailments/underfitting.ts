import type { Ailment } from '../ailment.ts'
import { above, aboveWhat, type Chart, known } from '../chart.ts'
import { adaptive, faster, lessMomentum } from '../patches.ts'
import { OBSTACLES, OVERSHOT, SHRUNK, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** Of the loss of a constant answer. */
const LEARNED = 0.35
const STEPS = 60
/** The same for networks whose widest hidden layer has fewer units than this: what is missing is capacity. */
const LEARNED_SMALL = 0.6
const SMALL = 8

export const underfitting: Ailment = {
  code: 'underfitting',
  severity: 'warning',
  about:
    'The run is over and the network still knows little of the very examples it was trained on. That is no matter of ' +
    'generalization: it is too small, trained too shortly, held back too much, or it cannot see what it needs.',
  rule: 'share of the loss of the best constant answer, above the least there is, that training has taken away in the end',
  threshold: LEARNED,
  cause: 'too few steps, too small a network, too much regularization, or inputs that say little about the target',
  try: 'more epochs, a wider network, less dropout and weight decay; look at the inputs',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 5.2',
  unless: ['no-signal', 'overfitting'],
  follows: [...SIZES, ...SHRUNK, ...OVERSHOT, ...OBSTACLES, 'rate-too-low'],
  when: 'epoch',
  examine(chart) {
    const { epochs, settings, blindLoss, losses } = chart
    const last = epochs[epochs.length - 1]
    if (blindLoss === undefined || !last || last.epoch < settings.epochs || losses.values.length < STEPS) return []
    // Of the constant answer, as the words say it: the first batch may lie below it by chance.
    const measured = 1 - above(chart, losses.recent()) / above(chart, blindLoss)
    const widest = widestHidden(chart)
    const isSmall = widest < SMALL
    const threshold = isSmall ? LEARNED_SMALL : LEARNED
    if (!(measured < threshold && known(chart) < threshold)) return []
    const message = `the run ends at a loss of ${short(losses.recent())} on its own examples; a constant answer has ${short(blindLoss)}: ${percent(Math.max(0, measured))} of it${aboveWhat(chart)} is learned`
    const cause = `the widest hidden layer has ${widest} unit${widest === 1 ? '' : 's'}: the network is too small`
    return [
      {
        measured,
        threshold,
        message,
        patches: [...lessMomentum(settings), faster, adaptive],
        ...(isSmall && { cause }),
      },
    ]
  },
}

/** Units or filters; infinite where no layer is hidden. */
function widestHidden({ anatomy: { layers, parameters } }: Chart): number {
  const weighted = new Set(parameters.filter(({ isWeight }) => isWeight).map(({ layer }) => layer))
  const hidden = layers.filter(({ path }) => weighted.has(path)).slice(0, -1)
  const units = hidden.map(({ outputShape }) => outputShape[outputShape.length - 1] ?? 0)
  return units.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...units)
}

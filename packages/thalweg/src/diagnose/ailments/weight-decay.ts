import type { Ailment } from '../ailment.ts'
import { aboveWhat, learned, progress, sizeLeft } from '../chart.ts'
import { limitsThatHold } from '../constraints.ts'
import { percent } from '../words.ts'

/** Of their first size. Decay of a usual strength lets them grow. */
const LEFT = 0.35
/** A network that learns all the same hears of it as a note, and one that has learned most of what there is not at all. */
const LEARNED = 0.4
const MOST = 2 / 3
const PROGRESS = 0.25
/** Before, who has learned something may be on the way. */
const LATE = 0.5
const READINGS = 4
/** Decays up to these are what recipes have: with many steps of few examples weights shrink under them, too, and may do well. */
const USUAL = 0.01
/** Of optimizers that take decay times rate off the weights, beside their gradients. */
const USUAL_DECOUPLED = 1
const DECOUPLED: readonly string[] = ['adamw', 'lion', 'lamb', 'muon', 'decoupledDecay']

export const weightDecay: Ailment = {
  code: 'weight-decay',
  severity: 'warning',
  about:
    'Weight decay takes away more than the gradients bring: the weights shrink towards 0, and with them everything that ' +
    'the network could say. Where much is learned all the same, or the decay is a usual one, that is a note.',
  rule: 'size of the weights over their first size, geometric mean over the layers, while a decay or penalty acts',
  threshold: LEFT,
  cause: 'a weight decay or a penalty that is too strong',
  try: 'a weight decay of 1e-4, or none until the network fits its training examples',
  source: 'Krogh and Hertz, A simple weight decay can improve generalization, NeurIPS 1991; the article, section 7.7',
  unless: ['no-signal'],
  when: 'reading',
  examine(chart) {
    const { readings, settings } = chart
    const { optimizer, penalty } = settings
    const decay = Number(optimizer.options.weightDecay ?? 0)
    const acts = penalty !== undefined || decay > 0
    if (!acts || readings.length < READINGS || progress(chart) < PROGRESS) return []
    const isUsual = penalty === undefined && decay <= (DECOUPLED.includes(optimizer.name) ? USUAL_DECOUPLED : USUAL)
    const learnsMuch = learned(chart) > LEARNED
    const isMild = isUsual || learnsMuch
    if (learnsMuch && (progress(chart) < LATE || learned(chart) > MOST)) return []
    const measured = sizeLeft(chart)
    // Weights that stand at the limit of a constraint have not shrunk by themselves.
    if (!(measured < LEFT) || limitsThatHold(chart).length > 0) return []
    // Where nothing is to be learned, nothing is what decay leaves.
    if (!chart.signal().isThere) return []
    const message = `the weights have shrunk to ${percent(measured)} of their first size, and ${percent(Math.max(0, learned(chart)))} of the loss${aboveWhat(chart)} is gone`
    const severity = isMild ? ('info' as const) : ('warning' as const)
    return [{ measured, message, severity, patches: [{ kind: 'no-decay' }] }]
  },
}

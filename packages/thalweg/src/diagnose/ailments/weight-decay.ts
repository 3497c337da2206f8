import type { Ailment } from '../ailment.ts'
import { aboveWhat, learned, progress } from '../chart.ts'
import type { Reading } from '../reading.ts'
import { percent } from '../words.ts'

/** Of their first size. Decay of a usual strength lets them grow. */
const LEFT = 0.35
/** A network that learns all the same is left alone. */
const LEARNED = 0.4
const PROGRESS = 0.25
const READINGS = 4

export const weightDecay: Ailment = {
  code: 'weight-decay',
  severity: 'warning',
  about:
    'Weight decay takes away more than the gradients bring: the weights shrink towards 0, and with them everything that ' +
    'the network could say.',
  rule: 'size of the weights over their first size, median over the layers, while a decay or penalty acts',
  threshold: LEFT,
  cause: 'a weight decay or a penalty that is too strong',
  try: 'a weight decay of 1e-4, or none until the network fits its training examples',
  source: 'Krogh and Hertz, A simple weight decay can improve generalization, NeurIPS 1991; the article, section 7.7',
  unless: ['no-signal'],
  when: 'reading',
  examine(chart) {
    const { readings, settings } = chart
    const { optimizer, penalty } = settings
    const decay = optimizer.options.weightDecay
    const acts = penalty !== undefined || (typeof decay === 'number' && decay > 0)
    if (!acts || readings.length < READINGS || progress(chart) < PROGRESS || learned(chart) > LEARNED) return []
    const measured = sizeLeft(readings[0], readings[readings.length - 1])
    if (!(measured < LEFT)) return []
    // Where nothing is to be learned, nothing is what decay leaves.
    if (!chart.signal().isThere) return []
    const message = `the weights have shrunk to ${percent(measured)} of their first size, and ${percent(Math.max(0, learned(chart)))} of the loss${aboveWhat(chart)} is gone`
    return [{ measured, message, patches: [{ kind: 'no-decay' }] }]
  },
}

function sizeLeft(first: Reading, last: Reading): number {
  const shares = first.parameters
    .flatMap(({ isWeight, values }, at) => (isWeight && values > 0 ? [last.parameters[at].values / values] : []))
    .sort((a, b) => a - b)
  return shares[Math.floor(shares.length / 2)] ?? Number.NaN
}

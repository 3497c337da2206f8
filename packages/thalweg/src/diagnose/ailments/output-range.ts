import type { Ailment } from '../ailment.ts'
import { short } from '../words.ts'

const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  hardTanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  softplus: [0, Number.POSITIVE_INFINITY],
}
/** Deviations of the targets beyond the end that the output can reach. */
const REACH = 0.5

export const outputRange: Ailment = {
  code: 'output-range',
  severity: 'warning',
  about:
    'The model ends in an activation with a limited range, and the targets lie outside of it: no weights can reach them.',
  rule: 'how far the mean target, give or take a deviation, lies outside of what the output can be, in deviations',
  threshold: REACH,
  cause: 'an activation at the end of a model for numbers',
  try: 'end the model with dense(units), without an activation',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 6.2.2.1 (linear units for numbers)',
  when: 'before',
  examine({ anatomy: { layers }, settings: { loss }, data: { targets } }) {
    const last = layers[layers.length - 1]
    if (!targets || !last || !Object.hasOwn(RANGES, last.kind) || loss.name === 'binaryCrossEntropy') return []
    const [low, high] = RANGES[last.kind]
    const outside = targets.map(({ mean, deviation }) => {
      return deviation > 0 ? Math.max(low - (mean - deviation), mean + deviation - high) / deviation : 0
    })
    const measured = Math.max(...outside)
    if (!(measured > REACH)) return []
    const { mean, deviation } = targets[outside.indexOf(measured)]
    const range = Number.isFinite(high) ? `nothing but ${short(low)} to ${short(high)}` : `nothing below ${short(low)}`
    const isBelow = low - (mean - deviation) > mean + deviation - high
    const reach = isBelow ? mean - deviation : mean + deviation
    const message = `${last.path} gives ${range}; the targets have a mean of ${short(mean)} and a deviation of ${short(deviation)}, so that many lie around ${short(reach)}, ${short(measured)} deviations beyond that`
    return [{ measured, layer: last.path, message, patches: [{ kind: 'remove-layer', layer: last.path }] }]
  },
}

import type { Ailment } from '../ailment.ts'
import { type Chart, hiddenLayers, known, latest } from '../chart.ts'
import { activation, drawnByXavier, scaledInputs, slower } from '../patches.ts'
import { percent } from '../words.ts'

/** Trained networks of tanh units have some that say yes or no; hardly one has nothing else. */
const SHARE = 0.8
/** At the beginning nothing has been learned that a unit could be so sure of. */
const SHARE_AT_START = 0.5
const READINGS = 3
/** Who has learned so much may be sure of itself. */
const KNOWN = 0.5

export const saturatedActivation: Ailment = {
  code: 'saturated-activation',
  severity: 'warning',
  about:
    'Most activations of a sigmoid or tanh layer lie at an end of their range, where the slope is as good as 0. Hardly ' +
    'any gradient comes back through such a layer, and whatever is before it stops learning.',
  rule: 'share of activations within 3% of an end of their range, in 3 readings in a row',
  threshold: SHARE,
  cause:
    'inputs that are not scaled, first weights that are too large, or a learning rate that threw the weights far out',
  try: 'scale the inputs to mean 0 and deviation 1; first weights by xavier(); relu() in place of sigmoid()',
  source:
    'the article, section 2 and 4.2; Glorot and Bengio, AISTATS 2010, section 3; LeCun et al., Efficient BackProp, 1998',
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings) return []
    return hiddenLayers(readings[0])
      .map((layer, index) => {
        const shares = readings.map(({ layers }) => layers[index].saturated ?? 0)
        return { layer, measured: Math.min(...shares), first: firstShare(chart, index) }
      })
      .filter(({ measured, first }) => measured > SHARE || (measured > SHARE_AT_START && first > SHARE_AT_START))
      .map(({ layer: { path, kind }, measured, first }) => ({
        measured,
        layer: path,
        severity: known(chart) < KNOWN ? ('warning' as const) : ('info' as const),
        threshold: first > SHARE_AT_START ? SHARE_AT_START : SHARE,
        message: `${percent(measured)} of the activations of ${path} lie at the ends of ${kind}${first > SHARE_AT_START ? `, ${percent(first)} before the first step` : ''}`,
        patches: [scaledInputs, drawnByXavier, slower, activation(kind, 'relu')],
      }))
  },
}

/** Before anything was learned; 0 where the run was taken up later. */
function firstShare({ readings: [first] }: Chart, index: number): number {
  return first.step === 0 ? (first.layers[index].saturated ?? 0) : 0
}

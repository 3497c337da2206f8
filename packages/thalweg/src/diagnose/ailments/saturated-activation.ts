import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { type Chart, hiddenLayers, known, latest } from '../chart.ts'
import { activation, drawnByXavier, lessMomentum, muchSlower, scaledInputs, slower } from '../patches.ts'
import { OVERSHOT, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** Trained networks of tanh units have some that say yes or no; hardly one has nothing else. */
const SHARE = 0.8
/** At the beginning nothing has been learned that a unit could be so sure of. */
const SHARE_AT_START = 0.5
const READINGS = 3
/** Who has learned so much may be sure of itself. */
const KNOWN = 0.5
/** Root mean square of inputs that first weights are not made for. */
const LARGE = 3

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
  try: 'scale the inputs to mean 0 and deviation 1; first weights by xavier(); a lower learning rate',
  source:
    'the article, section 2 and 4.2; Glorot and Bengio, AISTATS 2010, section 3; LeCun et al., Efficient BackProp, 1998',
  follows: [...SIZES, ...OVERSHOT],
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings) return []
    return hiddenLayers(readings[0])
      .map((layer, index) => {
        const shares = readings.map(({ layers }) => layers[index].saturated ?? 0)
        return { layer, measured: Math.min(...shares), first: firstShare(chart, index) }
      })
      .filter(({ measured, first }) => measured > SHARE || (measured > SHARE_AT_START && (first ?? 0) > SHARE_AT_START))
      .map(({ layer: { path, kind }, measured, first }) => ({
        measured,
        layer: path,
        severity: known(chart) < KNOWN ? ('warning' as const) : ('info' as const),
        threshold: (first ?? 0) > SHARE_AT_START ? SHARE_AT_START : SHARE,
        message: `${percent(measured)} of the activations of ${path} lie at the ends of ${kind}${first === undefined ? '' : `, ${percent(first)} before the first step`}`,
        ...causeOf(chart, kind, first),
      }))
  },
}

/** Before anything was learned; unknown where the run was taken up later. */
function firstShare({ readings: [first] }: Chart, index: number): number | undefined {
  return first.step === 0 ? (first.layers[index].saturated ?? 0) : undefined
}

/** Where units lay in the middle before the first step, it is the steps that drove them out. */
function causeOf(
  { data, settings }: Chart,
  kind: string,
  first: number | undefined,
): Pick<Sign, 'cause' | 'try' | 'patches'> {
  const other = `relu() in place of ${kind}()`
  if (first === undefined) return { patches: [slower, scaledInputs, drawnByXavier, activation(kind, 'relu')] }
  if (first <= SHARE_AT_START) {
    const cause = 'the learning rate is too high: updates threw the weights far out'
    const patches = [...lessMomentum(settings), slower, muchSlower, activation(kind, 'relu')]
    return { cause, try: `lower the learning rate ten times; or ${other}`, patches }
  }
  const patches = [scaledInputs, drawnByXavier, slower, activation(kind, 'relu')]
  if (data.rootMeanSquare > LARGE) {
    const cause = `inputs of a size of ${short(data.rootMeanSquare)}, for which first weights are not made`
    return { cause, try: `scale the inputs to mean 0 and deviation 1; or ${other}`, patches }
  }
  return { cause: 'first weights that are too large', try: `first weights by xavier(); or ${other}`, patches }
}

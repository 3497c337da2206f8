import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { type Chart, latest } from '../chart.ts'
import { activation, drawnByHe, lessMomentum, slower } from '../patches.ts'
import { OVERSHOT, SHUT, SIZES } from '../roots.ts'
import { percent } from '../words.ts'

/** In healthy networks up to some 40% of the units of a layer are silent on a batch; there is no point in alarm below. */
const SHARE = 0.7
/** Networks have learned well with no more than this left of a layer. */
const HARMFUL = 0.9
/** A unit counts as dead when it was silent in so many readings in a row. */
const READINGS = 3
/** A unit may well be silent for a few examples. */
const EXAMPLES = 48

export const deadRelu: Ailment = {
  code: 'dead-relu',
  severity: 'warning',
  about:
    'Units of a rectifier give 0 for every example. Their slope is 0 there, so no gradient reaches their weights any ' +
    'more, and they stay dead: the layer has so many units less.',
  rule: 'share of units that gave 0 for every example of the last 3 readings',
  threshold: SHARE,
  cause:
    'an update at too high a learning rate threw their weights so far that the sum is always below 0, or the biases began there',
  try: 'lower the learning rate; or leakyRelu() or elu() in place of relu(), or first weights by he()',
  source: 'the article, section 2; CS231n, neural networks part 1 (the dying ReLU problem)',
  unless: SHUT,
  follows: [...SIZES, ...OVERSHOT],
  when: 'reading',
  examine(chart) {
    return deadShares(chart)
      .filter(({ share }) => share > SHARE)
      .sort((a, b) => b.share - a.share)
      .map(({ layer, share, units, examples }) => ({
        measured: share,
        layer,
        severity: share === 1 ? ('error' as const) : share > HARMFUL ? ('warning' as const) : ('info' as const),
        message: `${percent(share)} of the ${units} units of ${layer} gave 0 for all of ${examples} examples`,
        ...causeOf(chart, layer),
      }))
  },
}

/** Before the first step, or since. */
function causeOf({ readings: [first], settings }: Chart, layer: string): Pick<Sign, 'cause' | 'try' | 'patches'> {
  const leaky = activation('relu', 'leakyRelu')
  const units = first.step === 0 ? first.layers.find(({ path }) => path === layer)?.units : undefined
  if (!units) return { patches: [...lessMomentum(settings), slower, drawnByHe, leaky] }
  const atFirst = units.filter((largest) => largest === 0).length / units.length
  if (atFirst > SHARE) {
    const cause = `they began so: ${percent(atFirst)} gave 0 before the first step, for biases or first weights that keep the sum below 0`
    return {
      cause,
      try: 'biases of 0 and first weights by he(); or leakyRelu() in place of relu()',
      patches: [drawnByHe, leaky, slower],
    }
  }
  const cause = `updates at too high a learning rate threw their weights so far that the sum is always below 0: ${percent(atFirst)} gave 0 before the first step`
  return {
    cause,
    try: 'lower the learning rate ten times; or leakyRelu() in place of relu()',
    patches: [...lessMomentum(settings), slower, drawnByHe, leaky],
  }
}

interface DeadShare {
  readonly layer: string
  readonly share: number
  readonly units: number
  readonly examples: number
}

function deadShares(chart: Chart): DeadShare[] {
  const readings = latest(chart, READINGS)
  if (!readings) return []
  return readings[0].layers.flatMap(({ path, kind, units }, index) => {
    if (kind === 'batchNorm' || !units) return []
    const seen = readings.map(({ layers }) => layers[index])
    const examples = seen.reduce((sum, each) => sum + each.examples, 0)
    if (examples < EXAMPLES) return []
    const dead = units.filter((_, unit) => seen.every((each) => each.units?.[unit] === 0)).length
    return [{ layer: path, share: dead / units.length, units: units.length, examples }]
  })
}

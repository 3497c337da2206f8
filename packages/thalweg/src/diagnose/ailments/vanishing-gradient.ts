import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { type Chart, latest, learned, learningLayers } from '../chart.ts'
import { activation, drawnByHe, drawnByXavier, lessMomentum, muchSlower, slower } from '../patches.ts'
import type { Reading } from '../reading.ts'
import { OBSTACLES, OVERSHOT, SHRUNK, SHUT, SIZES } from '../roots.ts'
import { steepestStep } from '../spread.ts'
import { short } from '../words.ts'

/** From layer to layer gradients may well halve; over all of them this much is too much. */
const RATIO = 1e-3
const READINGS = 3
/** So many times as much came through before the first step, where the steps are to blame. */
const SOUND = 30
/** Where the network learns all the same, it is told and no more. */
const LEARNED = 0.1

export const vanishingGradient: Ailment = {
  code: 'vanishing-gradient',
  severity: 'warning',
  about:
    'The gradient shrinks on its way back, layer by layer, until next to nothing is left of it: the first layers do not ' +
    'learn, and the others build on what these happen to give.',
  rule: 'gradient at the first layer over the largest at any layer (root mean squares), in 3 readings in a row',
  threshold: RATIO,
  cause: 'first weights that are too small, or saturating activations, in many layers',
  try: 'first weights by he() or xavier(); a rectifier as activation; batchNorm() between the layers',
  source: 'Glorot and Bengio, AISTATS 2010, section 4; Hochreiter 1991; the article, section 4',
  unless: SHUT,
  follows: [...SIZES, ...SHRUNK, ...OVERSHOT, ...OBSTACLES],
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings) return []
    const ratios = readings.map((reading) => firstOverLargest(learningLayers(reading).map(({ gradient }) => gradient)))
    const measured = Math.max(...ratios)
    if (!(measured < RATIO)) return []
    const layers = learningLayers(readings[READINGS - 1])
    const { layer, factor } = steepestStep(layers, ({ gradient }) => gradient, 'backward')
    const message = `the gradient at ${layers[0].path} is ${short(measured)} of the largest; it shrinks most on its way back through ${layer}, to ${short(factor)}`
    const severity = learned(chart) > LEARNED || isYoung(chart) ? ('info' as const) : ('warning' as const)
    return [{ measured, message, layer, severity, ...causeOf(chart, layers) }]
  },
}

/** What came through before the first step and does not any more was shut by the steps. */
function causeOf(
  { readings: [first], settings }: Chart,
  layers: Reading['layers'],
): Pick<Sign, 'cause' | 'try' | 'patches'> {
  const kinds = [...new Set(layers.map(({ kind }) => kind))].filter((kind) => kind === 'sigmoid' || kind === 'tanh')
  const rectified = kinds.map((kind) => activation(kind, 'relu'))
  const atFirst = firstOverLargest(learningLayers(first).map(({ gradient }) => gradient))
  if (first.step === 0 && atFirst > SOUND * RATIO) {
    const cause = `updates that are too large: before the first step the gradient was ${short(atFirst)} of the largest`
    const patches = [...lessMomentum(settings), slower, muchSlower, ...rectified]
    return { cause, try: 'lower the learning rate ten times', patches }
  }
  const patches = [drawnByXavier, drawnByHe, ...rectified]
  if (kinds.length === 0) return { patches }
  const instead = `relu() in place of ${kinds.map((kind) => `${kind}()`).join(' and ')}`
  return { try: `first weights by xavier(); ${instead}; batchNorm() between the layers`, patches }
}

function firstOverLargest(gradients: readonly number[]): number {
  const largest = Math.max(...gradients)
  return largest > 0 ? gradients[0] / largest : Number.NaN
}

/** Adaptive optimizers may bring even such a network to life within some steps. */
function isYoung({ losses }: Chart): boolean {
  return losses.values.length < 48
}

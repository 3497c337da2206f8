import type { Ailment } from '../ailment.ts'
import { latest, learned, learningLayers } from '../chart.ts'
import { clipped, drawnByHe, drawnByXavier, slower } from '../patches.ts'
import { OVERSHOT, SIZES } from '../roots.ts'
import { steepestStep } from '../spread.ts'
import { short } from '../words.ts'

const RATIO = 3e3
const READINGS = 2
const LEARNED = 0.5
/** A loss this many times what it was at first. */
const THROWN = 3

export const explodingGradient: Ailment = {
  code: 'exploding-gradient',
  severity: 'warning',
  about:
    'The gradient grows on its way back, layer by layer, to a size at which any usual rate throws the first layers far ' +
    'away, while the last ones would need a much larger one.',
  rule: 'gradient at the first layer over the smallest at any later one (root mean squares), in 2 readings in a row',
  threshold: RATIO,
  cause: 'first weights that are too large, in many layers',
  try: 'first weights by he() or xavier(); batchNorm() between the layers; clipByGlobalNorm(1)',
  source: 'Pascanu, Mikolov, Bengio, ICML 2013; Glorot and Bengio, AISTATS 2010; the article, section 4',
  follows: [...SIZES, ...OVERSHOT],
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings || learned(chart) > LEARNED) return []
    // Weights that were thrown far out have such gradients, too: that is the rate's doing, and said elsewhere.
    if (chart.losses.recent(1) > THROWN * chart.losses.first) return []
    const measured = Math.min(
      ...readings.map((reading) => firstOverSmallest(learningLayers(reading).map(({ gradient }) => gradient))),
    )
    if (!(measured > RATIO)) return []
    const layers = learningLayers(readings[READINGS - 1])
    const { layer, factor } = steepestStep(layers, ({ gradient }) => gradient, 'backward', 'grows')
    const message = `the gradient at ${layers[0].path} is ${short(measured)} times the smallest; it grows most on its way back through ${layer}, ${short(factor)} times`
    return [{ measured, message, layer, patches: [drawnByXavier, drawnByHe, clipped, slower] }]
  },
}

function firstOverSmallest(gradients: readonly number[]): number {
  const smallest = Math.min(...gradients.filter((gradient) => gradient > 0))
  return gradients[0] / smallest
}

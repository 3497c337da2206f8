import type { Ailment } from '../ailment.ts'
import { hiddenLayers } from '../chart.ts'
import { drawnByHe, drawnByXavier } from '../patches.ts'
import { SHUT } from '../roots.ts'
import { steepestStep } from '../spread.ts'
import { short } from '../words.ts'

/** Last hidden layer over first; by he() or xavier() they differ by a factor of a few. */
const SHRINKS = 0.01
const GROWS = 100

export const activationSpread: Ailment = {
  code: 'activation-spread',
  severity: 'warning',
  about:
    'Before the first step, activations shrink or grow from layer to layer, until hardly anything of the input is left, ' +
    'or all units are at their ends. Gradients do the same on their way back.',
  rule: 'deviation of the activations of the last hidden layer over that of the first',
  threshold: SHRINKS,
  cause: 'first weights of a size that does not suit the number of inputs of a unit',
  try: 'he() for rectifiers, xavier() for tanh',
  source: 'the article, section 4 (0.01 randn and 1.0 randn); Glorot and Bengio, AISTATS 2010; He et al., ICCV 2015',
  unless: SHUT,
  when: 'start',
  examine({ readings: [reading] }) {
    const layers = hiddenLayers(reading).filter(({ deviation }) => !Number.isNaN(deviation))
    if (layers.length < 3) return []
    const measured = layers[layers.length - 1].deviation / layers[0].deviation
    const shrinks = measured < SHRINKS
    if (!shrinks && !(measured > GROWS)) return []
    const { layer, factor } = steepestStep(
      layers,
      ({ deviation }) => deviation,
      'forward',
      shrinks ? 'shrinks' : 'grows',
    )
    const isCurved = layers.some(({ kind }) => kind === 'tanh' || kind === 'sigmoid')
    const patches = isCurved ? [drawnByXavier, drawnByHe] : [drawnByHe, drawnByXavier]
    const [first, last] = [layers[0], layers[layers.length - 1]]
    const message = `activations deviate by ${short(first.deviation)} in ${first.path} and by ${short(last.deviation)} in ${last.path}; ${layer} changes them most, by ${short(factor)}`
    return [{ measured, layer, threshold: shrinks ? SHRINKS : GROWS, message, patches }]
  },
}

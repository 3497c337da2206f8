import type { Ailment } from '../ailment.ts'
import { type Chart, isNorm } from '../chart.ts'
import { drawnByHe, drawnByXavier } from '../patches.ts'
import { short } from '../words.ts'

/** Factors between which one layer may change the size of its input; he(), xavier() and lecun() lie in 0.25 to 1.5. */
const LEAST = 0.03
const MOST = 10
/** The same for the mean (geometric) of many layers: what each does a little of, all do together. */
const LEAST_MEAN = 0.2
const MOST_MEAN = 3.5
const LAYERS = 3

export const weightScale: Ailment = {
  code: 'weight-scale',
  severity: 'warning',
  about:
    'First weights do not suit the number of inputs of a unit: a layer makes of its input something far larger or far ' +
    'smaller, before anything is learned. What saturates or fades there is slow to come back, and gradients go the same way.',
  rule: 'size of what a layer with weights gives over the size of its input (root mean squares), before the first step',
  threshold: MOST,
  cause: 'first weights of a fixed spread, whatever the size of the layer',
  try: 'he() for rectifiers, xavier() for tanh',
  source: 'Glorot and Bengio, AISTATS 2010; He et al., ICCV 2015; the article, section 4',
  when: 'start',
  examine(chart) {
    const factors = factorsOf(chart).filter(({ factor }) => factor > 0)
    if (factors.length === 0) return []
    const sorted = [...factors].sort((a, b) => a.factor - b.factor)
    const [smallest, largest] = [sorted[0], sorted[sorted.length - 1]]
    const mean = Math.exp(factors.reduce((sum, { factor }) => sum + Math.log(factor), 0) / factors.length)
    const isDeep = factors.length >= LAYERS
    const signs = [
      { ...largest, is: largest.factor > MOST || (isDeep && mean > MOST_MEAN), threshold: MOST },
      { ...smallest, is: smallest.factor < LEAST || (isDeep && mean < LEAST_MEAN), threshold: LEAST },
    ]
    return signs
      .filter(({ is }) => is)
      .map(({ path, factor, threshold }) => ({
        measured: factor,
        layer: path,
        threshold,
        message: `${path} makes its input ${short(factor)} times as large; ${factors.length === 1 ? 'it is the only hidden layer with weights' : `all ${factors.length} hidden layers with weights, ${short(mean)} times on average`}`,
        patches: [drawnByHe, drawnByXavier],
      }))
  },
}

/** Of hidden layers with weights whose output nothing normalizes, where each layer feeds the next. */
function factorsOf({ readings: [reading], anatomy, data }: Chart): { path: string; factor: number }[] {
  const weighted = new Set(anatomy.parameters.filter(({ isWeight }) => isWeight).map(({ layer }) => layer))
  const { layers } = reading
  return layers.slice(0, -1).flatMap(({ path, mean, deviation }, at) => {
    const follows = at === 0 || String(anatomy.layers[at]?.inputShape) === String(anatomy.layers[at - 1]?.outputShape)
    if (!follows || !weighted.has(path) || isNorm(layers[at + 1].kind)) return []
    const input = at === 0 ? data.rootMeanSquare : Math.hypot(layers[at - 1].mean, layers[at - 1].deviation)
    return [{ path, factor: Math.hypot(mean, deviation) / input }]
  })
}

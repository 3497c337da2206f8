import type { Ailment } from '../ailment.ts'
import { isNorm } from '../chart.ts'
import { activation, drawnByHe } from '../patches.ts'
import { short } from '../words.ts'

/** Nowhere is the slope of a sigmoid above this. */
const SLOPE = 0.25
/** Four of them leave a two hundred and fiftieth of a gradient. */
const COUNT = 3
const SIGMOIDS: ReadonlySet<string> = new Set(['sigmoid', 'hardSigmoid'])

export const sigmoidStack: Ailment = {
  code: 'sigmoid-stack',
  severity: 'warning',
  about:
    'Sigmoids stand behind each other with nothing between that normalizes. Each leaves at most a quarter of the gradient ' +
    'on its way back, so that the first layers hear next to nothing of the loss.',
  rule: 'sigmoids in the hidden layers of a model in which nothing normalizes',
  threshold: COUNT,
  cause: 'sigmoids in hidden layers',
  try: 'relu() or another rectifier in hidden layers, with he(); or batchNorm() before every sigmoid',
  source: 'the article, section 2 (do not use sigmoid); Glorot and Bengio, AISTATS 2010, section 3',
  when: 'before',
  examine({ anatomy: { layers } }) {
    const hidden = layers.slice(0, -1)
    const sigmoids = hidden.filter(({ kind }) => SIGMOIDS.has(kind))
    const measured = sigmoids.length
    if (measured <= COUNT || hidden.some(({ kind }) => isNorm(kind))) return []
    const [{ path, kind }] = sigmoids
    const message = `${measured} sigmoids one behind the other, from ${path} on, leave ${short(SLOPE ** measured)} of a gradient at most`
    return [{ measured, layer: path, message, patches: [activation(kind, 'relu'), drawnByHe] }]
  },
}

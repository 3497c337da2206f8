import type { Ailment } from '../ailment.ts'

/** What changes logits before a loss that takes logits. */
const UNFIT: ReadonlySet<string> = new Set([
  'softmax',
  'sigmoid',
  'tanh',
  'relu',
  'relu6',
  'hardSigmoid',
  'hardTanh',
  'softsign',
])
const LOGITS: ReadonlySet<string> = new Set(['crossEntropy', 'binaryCrossEntropy'])

export const outputActivation: Ailment = {
  code: 'output-activation',
  severity: 'warning',
  about:
    'The model ends in an activation, and the loss takes logits, to which it applies softmax or sigmoid itself. Applied ' +
    'twice, a softmax leaves every answer lukewarm, and gradients small; a rectifier takes away half of what could be said.',
  rule: 'activations between the last layer with weights and a loss that takes logits',
  threshold: 0,
  cause: 'habits from libraries whose losses take probabilities',
  try: 'leave the activation at the end out',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 6.2.2 (losses of logits)',
  when: 'before',
  examine({ anatomy: { layers }, settings: { loss } }) {
    const last = layers[layers.length - 1]
    if (!last || !UNFIT.has(last.kind) || !LOGITS.has(loss.name)) return []
    const message = `${last.path} is applied before ${loss.name}, which takes logits`
    return [{ measured: 1, layer: last.path, message, patches: [{ kind: 'remove-layer', layer: last.path }] }]
  },
}

import type { Ailment } from '../ailment.ts'

const WEIGHTED: ReadonlySet<string> = new Set(['dense', 'conv', 'convTranspose'])
/** Layers between which two linear ones are still one. */
const LINEAR: ReadonlySet<string> = new Set(['flatten', 'dropout', 'batchNorm', 'averagePool', 'globalAveragePool'])

export const linearStack: Ailment = {
  code: 'linear-stack',
  severity: 'warning',
  about:
    'Layers with weights follow each other without an activation between them anywhere: together they are one linear ' +
    'layer, and can learn nothing that a single one could not.',
  rule: 'layers with weights that feed another one without an activation between, in a model without any',
  threshold: 0,
  cause: 'the activations were forgotten',
  try: 'relu() after every layer but the last',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 6.1; the article, section 2',
  when: 'before',
  examine({ anatomy: { layers } }) {
    if (!layers.every(({ kind }) => WEIGHTED.has(kind) || LINEAR.has(kind))) return []
    const weighted = layers.filter(({ kind }) => WEIGHTED.has(kind))
    if (weighted.length < 2) return []
    const message = `${weighted.map(({ path }) => path).join(', ')} are one linear layer together: there is no activation between them`
    const patches = [{ kind: 'insert-activations' as const, name: 'relu' }]
    return [{ measured: weighted.length - 1, layer: weighted[0].path, message, patches }]
  },
}

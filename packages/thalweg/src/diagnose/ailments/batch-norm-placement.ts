import type { Ailment } from '../ailment.ts'

export const batchNormPlacement: Ailment = {
  code: 'batch-norm-placement',
  severity: 'info',
  about:
    'A batch norm comes after a dropout. In training it sees variances that dropout has inflated, at test time it does ' +
    'not: what it recorded does not fit what it is given.',
  rule: 'batch norms behind a dropout',
  threshold: 0,
  cause: 'the order of the layers',
  try: 'dropout after the last batch norm, or exact statistics: populationStatistics(run, train)',
  source: 'Li, Chen, Hu, Yang, Understanding the disharmony between dropout and batch normalization, CVPR 2019',
  when: 'before',
  examine({ anatomy: { layers } }) {
    const dropped = layers.findIndex(({ kind }) => kind === 'dropout')
    const behind = layers.filter(({ kind }, index) => dropped >= 0 && index > dropped && kind === 'batchNorm')
    if (behind.length === 0) return []
    const message = `${behind[0].path} comes after ${layers[dropped].path}`
    return [{ measured: behind.length, layer: behind[0].path, message }]
  },
}

import type { Ailment } from '../ailment.ts'
import { largerBatches } from '../patches.ts'

/** Values per channel whose mean and variance a batch norm takes. */
const VALUES = 4

export const smallNormBatch: Ailment = {
  code: 'small-norm-batch',
  severity: 'warning',
  about:
    'Batch norm takes mean and variance of so few values that they say nothing about the whole. Of a single one, it ' +
    'takes everything away: what it gives is beta, whatever it was shown.',
  rule: 'values per channel in a batch',
  threshold: VALUES,
  cause: 'batches of one or two examples',
  try: 'batches of 32 or more; layerNorm() or groupNorm(), which do without the batch',
  source: 'Ioffe and Szegedy, ICML 2015, section 3; Wu and He, Group normalization, ECCV 2018 (figure 1)',
  when: 'before',
  examine({ anatomy: { layers }, settings: { batchSize } }) {
    return layers
      .filter(({ kind }) => kind === 'batchNorm')
      .map(({ path, inputShape }) => ({ path, values: batchSize * inputShape.slice(0, -1).reduce((a, b) => a * b, 1) }))
      .filter(({ values }) => values < VALUES)
      .map(({ path, values }) => ({
        measured: values,
        layer: path,
        severity: values === 1 ? ('error' as const) : ('warning' as const),
        message: `${path} takes mean and variance of ${values} value${values === 1 ? '' : 's'} per channel`,
        patches: [largerBatches],
      }))
  },
}

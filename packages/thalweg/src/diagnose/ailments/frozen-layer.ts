import { rulesOf } from '../../optim/groups.ts'
import type { Ailment } from '../ailment.ts'

export const frozenLayer: Ailment = {
  code: 'frozen-layer',
  severity: 'warning',
  about:
    'A group keeps the weights of a layer as they are, and they are new: drawn at random, never trained. What the layers ' +
    'behind it learn has to be read out of a random projection of the input.',
  rule: 'weights with a rate of 0 that no training has touched',
  threshold: 0,
  cause: 'a group that froze more than was meant, or pretrained weights that were not loaded',
  try: 'load the weights first (loadWeights, and the option store), or leave the group out',
  source: 'Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks?, NeurIPS 2014',
  when: 'before',
  examine({ anatomy: { parameters }, settings }) {
    if (settings.store) return []
    const frozen = parameters.filter(({ path, shape, isWeight }) => {
      return isWeight && rulesOf({ path, shape, decay: isWeight }, settings).rate === 0
    })
    const [first] = frozen
    if (!first) return []
    const paths = frozen.map(({ path }) => path).join(', ')
    return [
      {
        measured: frozen.length,
        layer: first.layer,
        patches: [{ kind: 'unfreeze' }],
        message: `${paths} ${frozen.length > 1 ? 'are' : 'is'} frozen at random first values`,
      },
    ]
  },
}

import type { Ailment } from '../ailment.ts'
import { drawnByHe } from '../patches.ts'

export const equalWeights: Ailment = {
  code: 'equal-weights',
  severity: 'warning',
  about:
    'All first weights of a layer are the same. Its units compute the same thing, get the same gradient, and stay the ' +
    'same for ever: the layer is one unit wide.',
  rule: 'layers whose weights are all equal, but for the last',
  threshold: 0,
  cause: 'weights set to zero or another constant',
  try: 'he(), which is the default',
  source: 'CS231n, neural networks part 2 (pitfall: all zero initialization); the article, section 4',
  when: 'start',
  examine({ equalWeights: paths, anatomy: { parameters } }) {
    const last = parameters.filter(({ isWeight }) => isWeight).at(-1)
    const hidden = parameters.filter(({ path }) => paths.includes(path) && path !== last?.path)
    return hidden.map(({ path, layer }) => ({
      measured: hidden.length,
      layer,
      message: `all values of ${path} are the same`,
      patches: [drawnByHe],
    }))
  },
}

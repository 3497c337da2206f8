import type { Ailment } from '../ailment.ts'
import { percent } from '../words.ts'

/** The paper uses 0.5 for hidden units and 0.2 for inputs; beyond this hardly a path through the network is left. */
const RATE = 0.75

export const heavyDropout: Ailment = {
  code: 'heavy-dropout',
  severity: 'warning',
  about:
    'Dropout takes so many units away in each step that those that are left can hardly tell the examples apart: the ' +
    'network is held back from learning, not from learning by heart.',
  rule: 'share of values that a layer drops',
  threshold: RATE,
  cause:
    'a rate that is too high; the article and Caffe give the probability of keeping a unit, other libraries that of dropping it',
  try: 'dropout({ rate: 0.5 }) or less; dropout({ keep: p }) takes the other probability',
  source: 'Srivastava et al., JMLR 2014, section 7.3; the article, section 8',
  when: 'before',
  examine({ anatomy: { layers } }) {
    return layers
      .flatMap(({ path, options: { rate } }) => (typeof rate === 'number' ? [{ path, rate }] : []))
      .filter(({ rate }) => rate > RATE)
      .sort((a, b) => b.rate - a.rate)
      .map(({ path, rate }) => ({
        measured: rate,
        layer: path,
        message: `${path} drops ${percent(rate)} of its values`,
        patches: [0.2, 0.5, 0].map((rate) => ({ kind: 'dropout-rate' as const, rate })),
      }))
  },
}

import type { Ailment } from '../ailment.ts'
import { short } from '../words.ts'

export const wrongLoss: Ailment = {
  code: 'wrong-loss',
  severity: 'error',
  about:
    'The loss is one of probabilities, and the targets are none. Beyond 0 and 1 it has no lower end: the further the ' +
    'logits run away, the better it likes them.',
  rule: 'how far a target lies outside of [0, 1]',
  threshold: 0,
  cause: 'a loss for yes-or-no questions on targets that are numbers',
  try: 'meanSquaredError() or huber() for numbers; scale targets that are shares to [0, 1]',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 6.2.2',
  when: 'before',
  examine({ settings: { loss }, data: { targets } }) {
    if (!targets || loss.name !== 'binaryCrossEntropy') return []
    const [least, most] = [Math.min(...targets.map((one) => one.least)), Math.max(...targets.map((one) => one.most))]
    const measured = Math.max(-least, most - 1)
    if (!(measured > 0)) return []
    const message = `targets reach from ${short(least)} to ${short(most)}, and ${loss.name} takes probabilities`
    return [{ measured, message }]
  },
}

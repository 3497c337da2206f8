import type { Ailment } from '../ailment.ts'
import { percent } from '../words.ts'

const SHARE = 0.1

export const sharedExamples: Ailment = {
  code: 'shared-examples',
  severity: 'warning',
  about:
    'Validation examples stand in the training part too. The network knows them already, and the validation score says ' +
    'how well it remembers, not how well it does on others.',
  rule: 'share of the validation examples whose inputs stand in the training part, beyond what that repeats itself',
  threshold: SHARE,
  cause: 'the parts were cut from data with duplicates, or one was made from the other',
  try: 'take duplicates out before splitting',
  source:
    'Kaufman, Rosset, Perlich, Leakage in data mining, KDD 2011; Barz and Denzler, Do we train on test data?, 2020',
  when: 'before',
  examine({ data: { shared } }) {
    if (!shared) return []
    const measured = shared.share - shared.repeated
    if (!(measured > SHARE)) return []
    const repeats = shared.repeated > 0 ? `, which repeats ${percent(shared.repeated)} of its own` : ''
    const message = `${percent(shared.share)} of the validation examples stand in the training part${repeats}`
    return [{ measured, message }]
  },
}

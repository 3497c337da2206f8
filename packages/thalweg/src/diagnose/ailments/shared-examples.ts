import type { Ailment } from '../ailment.ts'
import { percent } from '../words.ts'

const SHARE = 0.1

export const sharedExamples: Ailment = {
  code: 'shared-examples',
  severity: 'warning',
  about:
    'Validation examples stand in the training part too. The network knows them already, and the validation score says ' +
    'how well it remembers, not how well it does on others.',
  rule: 'share of the validation examples whose inputs stand in the training part: those beyond what that repeats itself, or those that no other example is next to, one column apart',
  threshold: SHARE,
  cause: 'the parts were cut from data with duplicates, or one was made from the other',
  try: 'take duplicates out before splitting',
  source:
    'Kaufman, Rosset, Perlich, Leakage in data mining, KDD 2011; Barz and Denzler, Do we train on test data?, 2020',
  when: 'before',
  examine({ data: { shared } }) {
    if (!shared) return []
    const { share, repeated, copied } = shared
    const measured = Math.max(share - repeated, copied)
    if (!(measured > SHARE)) return []
    const repeats = repeated > 0 ? `, which repeats ${percent(repeated)} of its own` : ''
    // What comes again by chance, where few rows are possible, has others next to it.
    const copies = repeated > 0 && copied > 0 ? `; ${percent(copied)} are copies: no other example is next to them` : ''
    const message = `${percent(share)} of the validation examples stand in the training part${repeats}${copies}`
    return [{ measured, message }]
  },
}

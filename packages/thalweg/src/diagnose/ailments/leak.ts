import type { Ailment } from '../ailment.ts'
import { percent } from '../words.ts'

/** A feature that says so much by itself leaves nothing to be learned, and is rarely known when it is needed. */
const SHARE = 0.98

export const leak: Ailment = {
  code: 'leak',
  severity: 'warning',
  about:
    'One feature tells the target nearly by itself. Most often it was made from the answer, or is written down after it: ' +
    'every score is splendid then, until the network meets examples whose answer is not known yet.',
  rule: 'share of the variance that target and feature have in common (correlation ratio for classes, squared correlation for numbers)',
  threshold: SHARE,
  cause: 'the target, or something that follows from it, stands among the features',
  try: 'leave the feature out, if it is not known when a prediction is wanted',
  source: 'Kaufman, Rosset, Perlich, Leakage in data mining, KDD 2011',
  when: 'before',
  examine({ data: { features = [] } }) {
    // Of a single feature nothing else can be learned than what it tells.
    if (features.length < 2) return []
    return features
      .filter(({ told }) => told > SHARE)
      .sort((a, b) => b.told - a.told)
      .map(({ name, told }) => ({
        measured: told,
        message: `${name} and the target share ${percent(told)} of their variance`,
      }))
  },
}

import type { Ailment } from '../ailment.ts'
import type { FeatureFacts } from '../data-facts.ts'

export const idleFeatures: Ailment = {
  code: 'idle-features',
  severity: 'info',
  about: 'Some features are the same in every example, or copies of others. They add weights and no knowledge.',
  rule: 'features that never vary or repeat another',
  threshold: 0,
  cause: 'a column without content, or one that was joined twice',
  try: 'leave them out',
  source: 'Guyon and Elisseeff, An introduction to variable and feature selection, JMLR 2003',
  when: 'before',
  examine({ data: { features = [] } }) {
    const constant = features.filter(({ deviation }) => deviation === 0)
    const copies = features.filter(({ duplicateOf }) => duplicateOf !== undefined)
    const measured = constant.length + copies.length
    if (measured === 0) return []
    const words = [
      ...(constant.length > 0 ? [`${listed(constant)} never ${constant.length > 1 ? 'vary' : 'varies'}`] : []),
      ...copies
        .slice(0, COPIES)
        .map(({ name, duplicateOf = 0 }) => `${name} is a copy of ${features[duplicateOf].name}`),
      ...(copies.length > COPIES ? [`so are ${copies.length - COPIES} others of others`] : []),
    ]
    return [{ measured, message: words.join('; ') }]
  },
}

/** Pairs that are told one by one. */
const COPIES = 3

function listed(features: readonly FeatureFacts[]): string {
  const shown = features
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')
  return features.length > 5 ? `${shown} and ${features.length - 5} others` : shown
}

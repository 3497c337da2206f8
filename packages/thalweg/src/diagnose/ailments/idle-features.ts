import type { Ailment } from '../ailment.ts'

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
    const constant = features.filter(({ deviation }) => deviation === 0).map(({ index }) => index)
    const copies = features.filter(({ duplicateOf }) => duplicateOf !== undefined)
    const measured = constant.length + copies.length
    if (measured === 0) return []
    const words = [
      ...(constant.length > 0 ? [`${listed(constant)} never ${constant.length > 1 ? 'vary' : 'varies'}`] : []),
      ...copies.slice(0, 3).map(({ index, duplicateOf }) => `feature ${index} is a copy of ${duplicateOf}`),
    ]
    return [{ measured, message: words.join('; ') }]
  },
}

function listed(indices: readonly number[]): string {
  const shown = indices.slice(0, 5).join(', ')
  return `feature${indices.length > 1 ? 's' : ''} ${shown}${indices.length > 5 ? ` and ${indices.length - 5} others` : ''}`
}

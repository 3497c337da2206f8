import type { Dataset } from '../../data/index.ts'
import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { type Outlier, TIMES } from '../outlier.ts'
import { MEND_CELL, tellValue } from '../place.ts'
import { short, spelled } from '../words.ts'

export const inputOutlier: Ailment = {
  code: 'input-outlier',
  severity: 'warning',
  about:
    'One value of a feature lies so far from all others that it is all there is to see of the feature: where features are ' +
    'standardized, all others become nearly the same number, and where they are not, its example alone makes the steps.',
  rule: "distance of the furthest value from the median of its column, over the largest distance of the values that do not lie apart; more than such a column's tail reaches by chance",
  threshold: TIMES,
  cause: 'a typing error, another unit, or a number that stands for a missing one, such as 999999',
  try: 'look at that row, and mend it or leave it out; where it is right, learn from the logarithm of the column',
  source:
    'Huber and Ronchetti, Robust statistics, 2009, section 1.1; Hill, A simple general approach to inference about the tail of a distribution, 1975; the article, section 3',
  when: 'before',
  examine({ data: { inputOutlier: outlier }, settings: { train } }) {
    if (!outlier) return []
    const { count, median, times, threshold } = outlier
    if (times === Number.POSITIVE_INFINITY) return lone(outlier, train)
    const { words, isCell } = tellValue(train, { ...outlier, at: { part: 'input', index: outlier.index } })
    const others = count === 1 ? 'any other value' : `the values of all but ${count} examples`
    const message = `${words}, ${short(times)} times as far from the median${isCell ? '' : ` (${short(median)})`} as ${others}`
    return [{ measured: times, threshold, message, ...(isCell && { try: MEND_CELL }) }]
  },
}

/** What standardizing leaves of a column with one huge value looks like a flag that is rare. A plain flag is none. */
function lone(outlier: Outlier, train: Dataset): Sign[] {
  const { example, index, name, value, median } = outlier
  if (Math.abs(value - median) === 1 && value * median === 0) return []
  const { words, isCell } = tellValue(train, { ...outlier, at: { part: 'input', index } })
  const what = isCell
    ? `${words}, and all other training examples have the same value`
    : `${name} is ${short(median)} in all training examples but example ${example}, where it is ${spelled(value)}`
  const message = `${what}: a rare flag, or one value so large that scaling leaves nothing of the others`
  const advice = isCell && { try: MEND_CELL }
  return [
    { measured: 1, severity: 'info', rule: 'examples that alone have another value', threshold: 0, message, ...advice },
  ]
}

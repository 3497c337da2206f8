import type { Ailment } from '../ailment.ts'
import { TIMES } from '../outlier.ts'
import { MEND_TARGET_CELL, tellValue } from '../place.ts'
import { short } from '../words.ts'

export const targetOutlier: Ailment = {
  code: 'target-outlier',
  severity: 'warning',
  about:
    'One target lies so far from all others that a squared error sees nothing but it: its example alone makes the gradient, ' +
    'and where targets are standardized, all others become the same number.',
  rule: 'distance of the furthest target from the median, over the largest distance of the targets that do not lie apart; more than such a tail reaches by chance',
  threshold: TIMES,
  cause: 'a typing error, another unit, or a number that stands for a missing one, such as 999999',
  try: 'look at that row, and mend it or leave it out; where it is right, learn the logarithm of the target, or use huber()',
  source:
    'Huber, Robust estimation of a location parameter, 1964; Huber and Ronchetti, Robust statistics, 2009, section 1.1; Hill, A simple general approach to inference about the tail of a distribution, 1975',
  when: 'before',
  examine({ data: { targetOutlier: outlier }, settings: { train } }) {
    if (!outlier) return []
    const { index, count, median, times, threshold } = outlier
    const { words, isCell } = tellValue(train, { ...outlier, at: { part: 'target', index } })
    const advice = isCell && { try: MEND_TARGET_CELL }
    if (times === Number.POSITIVE_INFINITY) {
      // What standardizing leaves of targets with one huge value.
      const message = `${words}, and ${isCell ? 'all other training targets are the same' : `that of all others ${short(median)}`}`
      return [{ measured: 1, rule: 'examples that alone have another target', threshold: 0, message, ...advice }]
    }
    const others = count === 1 ? 'any other target' : `the targets of all but ${count} examples`
    const message = `${words}, ${short(times)} times as far from the median${isCell ? '' : ` (${short(median)})`} as ${others}`
    return [{ measured: times, threshold, message, ...advice }]
  },
}

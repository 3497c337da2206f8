import type { Ailment } from '../ailment.ts'
import { short, spelled } from '../words.ts'

/** Of a normal distribution nothing lies beyond 6 deviations, of a long tail little beyond 50. */
const TIMES = 100
/** Of fewer targets nobody can say what is usual. */
const EXAMPLES = 20

export const targetOutlier: Ailment = {
  code: 'target-outlier',
  severity: 'warning',
  about:
    'One target lies so far from all others that a squared error sees nothing but it: its example alone makes the gradient, ' +
    'and where targets are standardized, all others become the same number.',
  rule: 'distance of the furthest target from the median, over the root mean square distance of the others, without the hundredth that lies furthest',
  threshold: TIMES,
  cause: 'a typing error, another unit, or a number that stands for a missing one, such as 999999',
  try: 'look at that row, and mend it or leave it out; where it is right, learn the logarithm of the target, or use huber()',
  source:
    'Huber, Robust estimation of a location parameter, 1964; Huber and Ronchetti, Robust statistics, 2009, section 1.1',
  when: 'before',
  examine({ data: { targetOutlier: outlier, examples } }) {
    if (!outlier || examples < EXAMPLES) return []
    const { example, column, value, median, usual } = outlier
    if (usual === 0 && value !== median && Number.isFinite(value)) {
      // What standardizing leaves of targets with one huge value.
      const message = `example ${example} has ${spelled(value)} as its target '${column}', and all others have ${short(median)}`
      return [{ measured: 1, rule: 'examples that alone have another target', threshold: 0, message }]
    }
    const measured = Math.abs(value - median) / usual
    // Targets that are no finite numbers are told of as such.
    if (!(measured > TIMES && Number.isFinite(measured))) return []
    const message = `example ${example} has ${spelled(value)} as its target '${column}', ${short(measured)} times as far from the median (${short(median)}) as is usual`
    return [{ measured, message }]
  },
}

import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { type InputOutlier, timesOf } from '../outlier.ts'
import { short, spelled } from '../words.ts'

/** Where tails are long, what comes next is nearly as far out: columns of 1 / uniform have this once in fifty tables. */
const TIMES = 100
/** Of fewer examples nobody can say what is usual. */
const EXAMPLES = 20

export const inputOutlier: Ailment = {
  code: 'input-outlier',
  severity: 'warning',
  about:
    'One value of a feature lies so far from all others that it is all there is to see of the feature: where features are ' +
    'standardized, all others become nearly the same number, and where they are not, its example alone makes the steps.',
  rule: 'distance of the furthest value from the middle of the range of all others, over half of that range',
  threshold: TIMES,
  cause: 'a typing error, another unit, or a number that stands for a missing one, such as 999999',
  try: 'look at that row, and mend it or leave it out; where it is right, learn from the logarithm of the column',
  source: 'Huber and Ronchetti, Robust statistics, 2009, section 1.1; the article, section 3',
  when: 'before',
  examine({ data: { inputOutlier: outlier, examples } }) {
    if (!outlier || examples < EXAMPLES) return []
    if (outlier.reach === 0) return lone(outlier)
    const { example, column, value, middle } = outlier
    const measured = timesOf(outlier)
    if (!(measured > TIMES)) return []
    const message = `${column} of example ${example} is ${spelled(value)}, ${short(measured)} times as far from the middle of all others (${short(middle)}) as these reach`
    return [{ measured, message }]
  },
}

/** What standardizing leaves of a column with one huge value looks like a flag that is rare. A plain flag is none. */
function lone({ example, column, value, middle }: InputOutlier): Sign[] {
  if (Math.abs(value - middle) === 1 && value * middle === 0) return []
  const message = `${column} is ${short(middle)} in all training examples but example ${example}, where it is ${spelled(value)}: a rare flag, or one value so large that scaling leaves nothing of the others`
  return [{ measured: 1, severity: 'info', rule: 'examples that alone have another value', threshold: 0, message }]
}

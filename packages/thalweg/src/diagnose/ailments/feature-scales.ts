import type { Ailment } from '../ailment.ts'
import { isNorm } from '../chart.ts'
import { scaledInputs } from '../patches.ts'
import { short } from '../words.ts'

const RATIO = 100
/** From here on the small features are as good as not there. */
const HARMFUL = 1000

export const featureScales: Ailment = {
  code: 'feature-scales',
  severity: 'warning',
  about:
    'Features have wildly different deviations. The loss is a long narrow valley then: a rate that suits the largest ' +
    'feature hardly moves the weights of the smallest.',
  rule: 'largest deviation of a feature over the smallest',
  threshold: HARMFUL,
  cause: 'columns are in their own units',
  try: 'standardize every feature, fitted on the training part alone',
  source: 'the article, section 3; LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 4.3',
  follows: ['input-outlier'],
  when: 'before',
  examine({ data: { features = [] }, anatomy: { layers } }) {
    const varied = features.filter(({ deviation }) => deviation > 0).sort((a, b) => a.deviation - b.deviation)
    const [smallest, largest] = [varied[0], varied[varied.length - 1]]
    if (!smallest || isNorm(layers[0]?.kind ?? '') || layers[0]?.kind === 'embedding') return []
    const measured = largest.deviation / smallest.deviation
    if (!(measured > RATIO)) return []
    const severity = measured > HARMFUL ? ('warning' as const) : ('info' as const)
    const message = `${largest.name} has a deviation of ${short(largest.deviation)}, ${smallest.name} one of ${short(smallest.deviation)}`
    return [{ measured, severity, message, patches: [scaledInputs] }]
  },
}

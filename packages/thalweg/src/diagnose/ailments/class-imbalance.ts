import type { Ailment } from '../ailment.ts'
import { percent } from '../words.ts'

const RATIO = 5
/** From here on the rare classes are drowned. */
const HARMFUL = 20

export const classImbalance: Ailment = {
  code: 'class-imbalance',
  severity: 'info',
  about:
    'Some classes have far more examples than others. The network does well by always naming the frequent ones, and ' +
    'accuracy does not show that it never names the rare ones.',
  rule: 'size of the largest class over that of the smallest',
  threshold: RATIO,
  cause: 'the examples are as rare as the world has them',
  try: 'crossEntropy({ classWeights }), or look at each class by itself in the end',
  source: 'He and Garcia, Learning from imbalanced data, IEEE TKDE 2009',
  when: 'before',
  examine({ data: { classCounts }, settings: { train } }) {
    if (!classCounts || train.target.kind !== 'class') return []
    const { classes } = train.target
    const total = classCounts.reduce((sum, count) => sum + count, 0)
    const present = classCounts.map((count, label) => ({ count, label })).filter(({ count }) => count > 0)
    present.sort((a, b) => a.count - b.count)
    const [least, most] = [present[0], present[present.length - 1]]
    if (!least) return []
    const measured = most.count / least.count
    if (!(measured > RATIO)) return []
    const message = `${percent(most.count / total)} of the examples are '${classes[most.label]}', ${percent(least.count / total)} are '${classes[least.label]}'`
    return [{ measured, message, severity: measured > HARMFUL ? ('warning' as const) : ('info' as const) }]
  },
}

import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import type { Chart } from '../chart.ts'
import type { ClassRecall } from '../class-recall.ts'
import { percent } from '../words.ts'

const RATIO = 5
/** From here on the rare classes may be drowned, and whether they are is looked at in the end. */
const HARMFUL = 20
/** Share of a rare class that is found, at least, however few of its examples there are to judge by. */
const FOUND = 0.6
/** Fewer examples can show nothing. */
const LEAST = 4
/** A class with fewer to learn from is known from these alone. */
const FEW = 10

export const classImbalance: Ailment = {
  code: 'class-imbalance',
  severity: 'info',
  about:
    'Some classes have far more examples than others. A network may do well by always naming the frequent ones, and ' +
    'accuracy does not show that it never names the rare ones. Before the first step that is a note; at the end of the run ' +
    'it is a warning where the rarest class is not found, or has too few examples for anybody to learn or to tell.',
  rule: 'size of the largest class over that of the smallest',
  threshold: RATIO,
  cause: 'the examples are as rare as the world has them',
  try: 'crossEntropy({ classWeights }), or look at each class by itself in the end',
  source: 'He and Garcia, Learning from imbalanced data, IEEE TKDE 2009',
  when: ['before', 'epoch'],
  examine(chart) {
    const imbalance = imbalanceOf(chart)
    if (!imbalance || !(imbalance.measured > RATIO)) return []
    const { measured, message } = imbalance
    if (chart.epochs.length === 0) return [{ measured, message }]
    return chart.isOver && measured > HARMFUL ? drowned(chart, imbalance) : []
  },
}

interface Imbalance {
  readonly measured: number
  readonly message: string
  /** The smallest class that has any example: its number, its name, and how many it has. */
  readonly label: number
  readonly name: string
  readonly count: number
}

function imbalanceOf({ data: { classCounts }, settings: { train } }: Chart): Imbalance | undefined {
  if (!classCounts || train.target.kind !== 'class') return undefined
  const { classes } = train.target
  const total = classCounts.reduce((sum, count) => sum + count, 0)
  const present = classCounts.map((count, label) => ({ count, label })).filter(({ count }) => count > 0)
  present.sort((a, b) => a.count - b.count)
  const [least, most] = [present[0], present[present.length - 1]]
  if (!least) return undefined
  const [rare, common] = [classes[least.label], classes[most.label]]
  const message = `${percent(most.count / total)} of the examples are '${common}', ${percent(least.count / total)} are '${rare}'`
  return { measured: most.count / least.count, message, label: least.label, name: rare, count: least.count }
}

/** By examples that are not trained on where there are any, or else by those that are. */
function drowned(chart: Chart, { label, name, count, measured }: Imbalance): Sign[] {
  const severity = 'warning' as const
  const others = chart.recall('valid', label)
  const isTold = others.examples >= LEAST
  const seen = isTold ? others : chart.recall('train', label)
  const part = isTold ? 'validation' : 'training'
  const most = upperBound(seen)
  if (seen.examples >= LEAST && most < FOUND) {
    const message = `the network finds ${seen.found} of ${seen.examples} ${part} examples of '${name}', whatever its accuracy`
    const rule = 'share of the rarest class that the network finds, give or take what so few examples leave open'
    return [{ measured: most, threshold: FOUND, rule, message, severity }]
  }
  if (isTold || count >= FEW) return []
  const message = `'${name}' has ${count} training example${count === 1 ? '' : 's'} and ${others.examples} to validate with: too few to learn it from, and no score shows whether it was learned`
  return [{ measured, threshold: HARMFUL, message, severity }]
}

/** The share may be so large, by the examples that there are: Wilson's interval of 95%. */
function upperBound({ examples, found }: ClassRecall): number {
  const z = 1.96
  const share = found / examples
  const middle = share + z ** 2 / (2 * examples)
  const spread = z * Math.sqrt((share * (1 - share)) / examples + z ** 2 / (4 * examples ** 2))
  return (middle + spread) / (1 + z ** 2 / examples)
}

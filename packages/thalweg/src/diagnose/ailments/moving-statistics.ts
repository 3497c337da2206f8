import { statisticsOf } from '../../train/final.ts'
import type { Patch, Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { above, type Chart } from '../chart.ts'
import { lessMomentum, shuffledOrder, slower } from '../patches.ts'
import { percent, short } from '../words.ts'

/** Batches of a few dozen examples bring the two within some percent of each other. */
const RATIO = 2
/** Of the loss of the best constant answer: a gap between two losses that are as good as 0 does no harm. */
const GAP = 0.2
/** Before, averages have seen too little for anyone to judge them. */
const STEPS = 40
/** Of the first values, 0 and 1, in a moving average. */
const LEFT = 0.02
/** A moving average of fewer than two batches is hardly one. */
const FORGETFUL = 0.5

export const movingStatistics: Ailment = {
  code: 'moving-statistics',
  severity: 'warning',
  about:
    'Batch norm normalizes by the batch in training and by moving statistics afterwards, and these are far from what the ' +
    'trained network needs: on the same examples its loss is much higher than training makes believe. Validation, test ' +
    'and predictions suffer; training itself does not.',
  rule: 'loss of the same validation examples by moving statistics, over that by their own, both above the least there is',
  threshold: RATIO,
  cause: 'the weights move faster than the averages follow: what they have seen is another network',
  try: "statistics: 'exact' takes them anew when training ends; batchNorm({ momentum: 0.9 }), or a lower learning rate",
  source:
    'Ioffe and Szegedy, ICML 2015, section 3.1; Wu and Johnson, Rethinking "Batch" in BatchNorm, 2021, section 3; the article, section 5',
  when: 'epoch',
  examine(chart) {
    const { normGap: gap, blindLoss, losses, position, settings } = chart
    if (!gap || position.step < STEPS) return []
    const measured = above(chart, gap.moving) / above(chart, gap.batch)
    if (!(measured > RATIO) || gap.moving - gap.batch < GAP * above(chart, blindLoss ?? losses.first)) return []
    const message = `on ${gap.examples} validation examples the loss is ${short(gap.moving)} by moving statistics and ${short(gap.batch)} by their own; those of ${gap.layer} are furthest off, by ${short(gap.distance)} deviations`
    // What is tested and saved has other statistics then: only the validation curve misleads.
    const severity = statisticsOf(settings) === 'moving' ? ('warning' as const) : ('info' as const)
    return [{ measured, layer: gap.layer, message, severity, ...causeOf(chart, gap.layer) }]
  },
}

function causeOf({ anatomy, data, position, settings }: Chart, layer: string): Pick<Sign, 'cause' | 'try' | 'patches'> {
  const momentum = anatomy.layers.find(({ path }) => path === layer)?.options.momentum
  const usual: Patch = { kind: 'norm-momentum', momentum: 0.9 }
  if (data.order && data.order.ratio > data.order.threshold) {
    const cause = 'batches in a fixed order are no samples of the whole: the averages are those of the last ones'
    return { cause, try: 'shuffle the examples', patches: [shuffledOrder] }
  }
  if (momentum === 'cumulative') {
    const cause = 'a mean over all steps remembers the network of the first ones'
    return { cause, patches: [usual] }
  }
  if (typeof momentum === 'number' && momentum < FORGETFUL) {
    const cause = `at momentum ${momentum} the averages are those of the last batch or two`
    return { cause, patches: [usual] }
  }
  const left = typeof momentum === 'number' ? momentum ** position.step : 0
  if (left > LEFT) {
    const cause = `${percent(left)} of the averages is still what they began with: ${position.step} steps are too few at momentum ${momentum}`
    return { cause, patches: [usual] }
  }
  return {
    patches: [...lessMomentum(settings), slower, ...(typeof momentum === 'number' && momentum > 0.9 ? [usual] : [])],
  }
}

import type { Ailment } from '../ailment.ts'
import { above, aboveWhat, progress } from '../chart.ts'
import { adaptive, drawnByHe, drawnByXavier, faster, lessMomentum, scaledInputs, slower } from '../patches.ts'
import { OBSTACLES, OVERSHOT, SHRUNK, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** Less than this is no more than what batches differ by. */
const LEAST = 0.03
/** Some networks take their time: a deep one of tanh units may stand still for a while. */
const STEPS = 60
/** A loss that began high may still be on its way down. */
const FALLING = 0.05
const PROGRESS = 0.3
/** Deep networks may stand still until the layers before have found something, and then learn fast: up to here it is told and no more. */
const LATE = 0.5

export const notLearning: Ailment = {
  code: 'not-learning',
  severity: 'warning',
  about:
    'After a good part of the run the loss is where a constant answer would be: the entropy of the labels (ln C for C ' +
    'classes alike), or the variance of the targets. The network has learned nothing that has to do with its inputs.',
  rule: 'share of the loss of the best constant answer, above the least there is, that training has taken away',
  threshold: LEAST,
  cause:
    'gradients do not reach the weights, the learning rate is far off, or inputs and targets have nothing to do with each other',
  try: 'overfit one batch first (thalweg check): if that fails too, look at first weights, activations and the rate',
  source: 'CS231n, neural networks part 3 (look for correct loss at chance performance; overfit a tiny subset)',
  unless: ['no-signal'],
  follows: [...SIZES, ...SHRUNK, ...OVERSHOT, ...OBSTACLES],
  when: 'loss',
  examine(chart) {
    const { losses, blindLoss, position, settings } = chart
    if (losses.values.length < STEPS || progress(chart) < PROGRESS) return []
    const from = blindLoss ?? losses.first
    const means = losses.stretches(4, 0.8)
    const measured = 1 - above(chart, Math.min(...means)) / above(chart, from)
    const isFalling = means[0] - means[3] > FALLING * above(chart, means[0])
    if (!(measured < LEAST) || isFalling) return []
    const share = `${percent(Math.max(0, measured))} of it${aboveWhat(chart)}`
    const message = `after ${position.step} steps the loss is ${short(losses.recent())}; a constant answer has ${short(from)}: ${share} is learned`
    const severity = progress(chart) < LATE ? ('info' as const) : ('warning' as const)
    return [
      {
        measured,
        message,
        severity,
        patches: [...lessMomentum(settings), slower, faster, adaptive, drawnByHe, drawnByXavier, scaledInputs],
      },
    ]
  },
}

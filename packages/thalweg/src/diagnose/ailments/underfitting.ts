import type { Ailment } from '../ailment.ts'
import { learned } from '../chart.ts'
import { adaptive, faster } from '../patches.ts'
import { percent, short } from '../words.ts'

/** Of the loss of a constant answer. */
const LEARNED = 0.35
const STEPS = 60

export const underfitting: Ailment = {
  code: 'underfitting',
  severity: 'warning',
  about:
    'The run is over and the network still knows little of the very examples it was trained on. That is no matter of ' +
    'generalization: it is too small, trained too shortly, held back too much, or it cannot see what it needs.',
  rule: 'share of the loss of the best constant answer that training has taken away in the end',
  threshold: LEARNED,
  cause: 'too few steps, too small a network, too much regularization, or inputs that say little about the target',
  try: 'more epochs, a wider network, less dropout and weight decay; look at the inputs',
  source: 'Goodfellow, Bengio, Courville, Deep Learning, 2016, section 5.2',
  when: 'epoch',
  examine(chart) {
    const { epochs, settings, blindLoss, losses } = chart
    const last = epochs[epochs.length - 1]
    if (blindLoss === undefined || !last || last.epoch < settings.epochs || losses.values.length < STEPS) return []
    const measured = learned(chart)
    if (!(measured < LEARNED)) return []
    const message = `the run ends at a loss of ${short(losses.recent())} on its own examples; a constant answer has ${short(blindLoss)}: ${percent(Math.max(0, measured))} of it is learned`
    return [{ measured, message, patches: [faster, adaptive] }]
  },
}

import type { Ailment } from '../ailment.ts'
import { above, aboveWhat, learned } from '../chart.ts'
import { percent, short } from '../words.ts'

/** Updates of a run that may be over before it is done; longer ones are judged by their curve (rate-too-low). */
const STEPS = 100
/** Fall of the loss from one half of the run to the other, of where it began. */
const FALL = 0.05
const LEARNED = 0.8

export const tooFewSteps: Ailment = {
  code: 'too-few-steps',
  severity: 'warning',
  about: 'The run ends after a few updates, while the loss is still falling: it was stopped, not finished.',
  rule: 'updates of a run whose loss falls to the end',
  threshold: STEPS,
  cause: 'too few epochs, or batches so large that an epoch has few of them',
  try: 'more epochs, or smaller batches: more updates for the same examples',
  source: 'the article, section 7.1 (n in [50, 256] examples a batch); Hoffer, Hubara, Soudry, NeurIPS 2017',
  when: 'epoch',
  examine(chart) {
    const { epochs, settings, losses, position } = chart
    const last = epochs[epochs.length - 1]
    if (!last || last.epoch < settings.epochs || position.step >= STEPS || learned(chart) > LEARNED) return []
    const [before, after] = losses.stretches(2)
    const fall = (before - after) / above(chart, losses.first)
    if (!(fall > FALL)) return []
    const message = `the run ends after ${position.step} updates at a loss of ${short(losses.recent())}, which fell by ${percent(fall)} of its first value${aboveWhat(chart)} between the halves of the run`
    return [{ measured: position.step, message, patches: [{ kind: 'batch-size', size: 32 }] }]
  },
}

import type { Ailment } from '../ailment.ts'
import { percent, short } from '../words.ts'

/** Of the steps: where another program has the processor for a moment, single ones wait. */
const SHARE = 0.7
/** Steps that are timed before anything is said. */
const STEPS = 24

export const stalledInput: Ailment = {
  code: 'stalled-input',
  severity: 'warning',
  about: 'Most of the time the run waits for its examples: the network could be trained several times as fast.',
  rule: 'share of steps whose batch took longer to be filled than to be trained on, and more than a millisecond',
  threshold: SHARE,
  cause: 'a reader, decoder or augmentation that is slower than the training step',
  try: 'materialized(dataset), once, in place of computing or reading examples in every epoch',
  source: 'Mohan et al., Analyzing and mitigating data stalls in DNN training, VLDB 2021',
  when: 'loss',
  examine({ times: { fillMs, stepMs, steps, waits } }) {
    const measured = waits / steps
    if (steps < STEPS || !(measured > SHARE)) return []
    const message = `a batch takes ${short(fillMs / steps)} ms to be filled and ${short(stepMs / steps)} ms to be trained on: ${percent(fillMs / (fillMs + stepMs))} of the time goes into waiting`
    return [{ measured, message }]
  },
}

import type { Ailment } from '../ailment.ts'
import { lessMomentum } from '../patches.ts'
import { SIZES } from '../roots.ts'
import { short } from '../words.ts'

/** The article's factor. */
const TIMES = 3
/** Batches differ: the mean of so many losses has to be above. */
const LOSSES = 8
/** The first steps of a large rate may throw the loss up, from where it comes back: unless it is so far, or stays. */
const FAR = 30
const STAYS = 32

export const lossDiverged: Ailment = {
  code: 'loss-diverged',
  severity: 'error',
  about:
    'The loss has grown far beyond where it began: each update overshoots, and the next gradient is larger still. It ' +
    'does not come back by itself, and often ends in NaN or in a network whose units are all switched off.',
  rule: 'mean loss of the last 8 steps, as a multiple of the first loss',
  threshold: TIMES,
  cause: 'the learning rate is too high',
  try: 'lower the learning rate ten times, or clip the gradients',
  source: 'the article, section 6: current cost > 3 * original cost',
  follows: [...SIZES, 'sorted-examples'],
  when: 'loss',
  examine({ losses, blindLoss = 0, settings }) {
    if (losses.values.length < LOSSES) return []
    const now = losses.recent(LOSSES)
    // Weights that were trained before begin low; what a network that knows nothing would have is no divergence.
    const from = Math.max(losses.first, blindLoss)
    const measured = now / from
    const stays = (): boolean =>
      losses.values.length >= STAYS && losses.values.slice(-STAYS).every((loss) => loss > from)
    if (!(measured > FAR || (measured > TIMES && stays()))) return []
    const message = `the loss is ${short(measured)} times what it was: ${short(from)} at first, ${short(now)} now`
    return [
      {
        measured,
        message,
        patches: [...lessMomentum(settings), slower(0.1), { kind: 'clip-norm', norm: 1 }, slower(0.01)],
      },
    ]
  },
}

function slower(factor: number): { readonly kind: 'learning-rate'; readonly factor: number } {
  return { kind: 'learning-rate', factor }
}

import type { Ailment } from '../ailment.ts'
import { adaptive, scaledOutputs, slower } from '../patches.ts'
import { short } from '../words.ts'

const SCALE = 30
/** Below it, what is left of a network's first answers outweighs all that there is to be learned. */
const TINY = 1e-3

export const targetScale: Ailment = {
  code: 'target-scale',
  severity: 'warning',
  about:
    'The targets are of a huge scale, or a tiny one. A network begins with answers around 1. Where targets are huge, squared errors and ' +
    'their gradients are so large that any usual rate diverges, or an adaptive optimizer walks for ages. Where they are tiny, the ' +
    'loss looks like nothing long before anything is learned: steps are larger than what the targets differ by.',
  rule: `root mean square of the targets; or their deviation, where that lies below ${TINY}`,
  threshold: SCALE,
  cause: 'targets in their own units: prices, counts, metres where micrometres are meant',
  try: 'standardize the targets, and turn predictions back; thalweg train does so for tables',
  source: 'LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 4.5',
  // Rounding gives what never varies a deviation of next to nothing.
  unless: ['constant-target'],
  follows: ['target-outlier'],
  when: 'before',
  examine({ data: { targets }, anatomy: { layers } }) {
    // A mended model scales what it gives by itself.
    if (!targets || layers[layers.length - 1]?.kind === 'outputScale') return []
    const sizes = targets.map(({ mean, deviation }) => Math.hypot(mean, deviation))
    const measured = Math.max(...sizes)
    // Targets that are no finite numbers are told of as such.
    if (!Number.isFinite(measured)) return []
    const told = ({ mean, deviation }: (typeof targets)[number]): string =>
      `the targets have a mean of ${short(mean)} and a deviation of ${short(deviation)}`
    if (measured > SCALE) {
      return [{ measured, message: told(targets[sizes.indexOf(measured)]), patches: [scaledOutputs, adaptive, slower] }]
    }
    const widest = targets.reduce((most, one) => (one.deviation > most.deviation ? one : most))
    if (!(widest.deviation > 0 && widest.deviation < TINY)) return []
    return [{ measured: widest.deviation, threshold: TINY, message: told(widest), patches: [scaledOutputs] }]
  },
}

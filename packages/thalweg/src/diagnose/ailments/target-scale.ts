import type { Ailment } from '../ailment.ts'
import { adaptive, scaledOutputs, slower } from '../patches.ts'
import { short } from '../words.ts'

const SCALE = 30

export const targetScale: Ailment = {
  code: 'target-scale',
  severity: 'warning',
  about:
    'The targets are of a huge scale. A network begins with answers around 1; squared errors and their gradients are ' +
    'then so large that any usual rate diverges, or an adaptive optimizer walks for ages.',
  rule: 'root mean square of the targets',
  threshold: SCALE,
  cause: 'targets in their own units: prices, counts',
  try: 'standardize the targets, and turn predictions back; thalweg train does so for tables',
  source: 'LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 4.5',
  follows: ['target-outlier'],
  when: 'before',
  examine({ data: { targets }, anatomy: { layers } }) {
    // A mended model scales what it gives by itself.
    if (!targets || layers[layers.length - 1]?.kind === 'outputScale') return []
    const sizes = targets.map(({ mean, deviation }) => Math.hypot(mean, deviation))
    const measured = Math.max(...sizes)
    // Targets that are no finite numbers are told of as such.
    if (!(measured > SCALE && Number.isFinite(measured))) return []
    const { mean, deviation } = targets[sizes.indexOf(measured)]
    const message = `the targets have a mean of ${short(mean)} and a deviation of ${short(deviation)}`
    return [{ measured, message, patches: [scaledOutputs, adaptive, slower] }]
  },
}

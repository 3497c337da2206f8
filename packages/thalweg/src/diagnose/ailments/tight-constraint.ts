import type { Ailment } from '../ailment.ts'
import { aboveWhat, learned, progress, sizeLeft } from '../chart.ts'
import { limitsThatHold } from '../constraints.ts'
import { percent, short } from '../words.ts'

/** Of their first size. Networks held at a third of it have learned as well as free ones. */
const LEFT = 0.25
/** A network that learns all the same is left alone. */
const LEARNED = 0.4
/** Weights come to stand at a limit with the first update, and what follows from that is seen soon. */
const PROGRESS = 0.1
const STEPS = 48
const READINGS = 4

export const tightConstraint: Ailment = {
  code: 'tight-constraint',
  severity: 'warning',
  about:
    'A constraint holds the norm of the weights at a small part of what they began with, and there they stand: whatever ' +
    'the gradients ask for, the network can say no more than weights of that size let it.',
  rule: 'size of the weights over their first size, geometric mean over the layers, while most of them stand at the limit of a constraint',
  threshold: LEFT,
  cause: 'the limit of a constraint is too tight',
  try: 'maxNorm(3), or no constraint until the network fits its training examples',
  source:
    'Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout, JMLR 2014, section 5.1 (max-norm of 3 to 4); Srebro and Shraibman, COLT 2005',
  unless: ['no-signal'],
  when: 'reading',
  examine(chart) {
    const { losses, readings } = chart
    if (readings.length < READINGS || losses.values.length < STEPS || progress(chart) < PROGRESS) return []
    if (learned(chart) > LEARNED) return []
    const limits = limitsThatHold(chart)
    const measured = sizeLeft(chart)
    if (limits.length === 0 || !(measured < LEFT) || !chart.signal().isThere) return []
    const gone = `${percent(Math.max(0, learned(chart)))} of the loss${aboveWhat(chart)} is gone`
    const message = `a constraint holds the norm of each unit's weights at ${limits.map(short).join(' and ')}: they have ${percent(measured)} of their first size, and ${gone}`
    return [{ measured, message, patches: [{ kind: 'no-constraint' }] }]
  },
}

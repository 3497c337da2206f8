import type { Ailment } from '../ailment.ts'
import { drawnByHe, drawnByXavier, scaledInputs } from '../patches.ts'
import { short } from '../words.ts'

const TIMES = 3
/** Networks that learned well began with up to six times as much. */
const HARMFUL = 8

export const initialLoss: Ailment = {
  code: 'initial-loss',
  severity: 'warning',
  about:
    'Before anything is learned the loss is far above that of a constant answer (ln C for C classes): the network is ' +
    'sure of itself and wrong, and the first steps are spent on unlearning that.',
  rule: 'first loss over that of the best constant answer',
  threshold: TIMES,
  cause: 'first weights that are too large, or inputs that are not scaled',
  try: 'first weights by he() or xavier(); scale the inputs',
  source: 'CS231n, neural networks part 3 (look for correct loss at chance performance)',
  when: 'start',
  examine({ losses, blindLoss, settings, data }) {
    if (settings.train.target.kind !== 'class' || blindLoss === undefined || settings.batchSize < 8) return []
    // Where classes are out of balance, nobody begins with their shares.
    const chance = Math.max(blindLoss, Math.log(settings.train.target.classes.length))
    const measured = losses.first / chance
    if (!(measured > TIMES)) return []
    const whose = chance > blindLoss ? 'equal probabilities of all classes have' : 'a constant answer has'
    const message = `the first loss is ${short(losses.first)}, ${whose} ${short(chance)}`
    const patches = data.rootMeanSquare > 3 ? [scaledInputs, drawnByXavier] : [drawnByXavier, drawnByHe]
    return [{ measured, message, patches, severity: measured > HARMFUL ? ('warning' as const) : ('info' as const) }]
  },
}

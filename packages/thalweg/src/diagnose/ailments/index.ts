/** Everything that is looked for. A new ailment is a file here, its test, and a line in this list. */
import { batchesNotRandom, biasBeforeBatchNorm, type Condition } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { deadRelu } from './dead-relu.ts'
import { lossDiverged } from './loss-diverged.ts'

export const ailments: readonly Ailment[] = [lossDiverged, deadRelu]

/** All that a finding can be about: those that `fit` itself looks for among them. */
export const conditions: readonly Condition[] = [...ailments, biasBeforeBatchNorm, batchesNotRandom]

/** From a recorded step to kernels over planned memory: simplify, schedule, place. */

import type { Lowered } from '../backend/index.ts'
import { internal } from '../base/index.ts'
import type { StepGraph } from '../graph/index.ts'

export function lower(graph: StepGraph): Lowered {
  throw internal('lowering is not there yet', `${graph.outputs.length} outputs`)
}

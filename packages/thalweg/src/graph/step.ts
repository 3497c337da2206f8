/** A recorded step: what is computed, what is handed out, what is assigned. The unit that engines compile and run. */
import type { Node, NodeOf } from './node.ts'
import { topologicalOrder } from './node.ts'
import type { Variable } from './variable.ts'

export interface Update {
  readonly variable: Variable
  readonly value: Node
}

export interface StepGraph {
  /** In the order in which the caller fills them. */
  readonly inputs: readonly NodeOf<'input'>[]
  readonly outputs: readonly Node[]
  /** Carried out together at the end: every read in the step sees the old values. At most one per variable. */
  readonly updates: readonly Update[]
  /**
   * So many outputs, the last ones, only look on: everything else is computed as if they were not there, to the last bit.
   * Default 0.
   */
  readonly asides?: number
}

/** The step without the outputs that only look on: itself where there are none. */
export function withoutAsides(step: StepGraph): StepGraph {
  const { asides = 0, ...main } = step
  return asides === 0 ? step : { ...main, outputs: step.outputs.slice(0, -asides) }
}

export function stepNodes(step: StepGraph): Node[] {
  return topologicalOrder([...step.inputs, ...step.outputs, ...step.updates.map((update) => update.value)])
}

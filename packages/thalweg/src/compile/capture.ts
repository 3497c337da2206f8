/**
 * Recording a step: a function is called once with symbolic inputs; what it returns becomes the step's outputs, what it
 * assigns becomes its updates. Nothing is computed.
 */
import { type DType, formatShape, type Shape, sameShape, ThalwegError } from '../base/index.ts'
import { createNode, type Node, type NodeOf, type StepGraph, type Update, type Variable } from '../graph/index.ts'

export interface SlotType {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
}

/** Updates of the steps that are being recorded, the innermost last. */
const recordings: Map<Variable, Update>[] = []

/**
 * Sets `variable` at the end of the step that is being recorded; every read in the step, earlier or later, sees the old
 * value. Throws `compile/not-recording` outside of a step, `compile/assigned-twice` and `compile/invalid-assignment`.
 */
export function assign(variable: Variable, value: Node): void {
  const updates = recordings.at(-1)
  if (updates === undefined)
    throw new ThalwegError('compile/not-recording', {
      rule: 'assign: only a step that is being recorded can change a variable',
      received: `an assignment to ${variable.name}`,
      try: 'assign inside of the function given to recordStep or compiled, or write the value with engine.write',
    })
  if (!sameShape(variable.shape, value.shape) || variable.dtype !== value.dtype)
    throw new ThalwegError('compile/invalid-assignment', {
      rule: `assign: the value must have the shape and dtype of ${variable.name}`,
      received: `${value.dtype} ${formatShape(value.shape)} for ${variable.dtype} ${formatShape(variable.shape)}`,
      try: 'reshape, broadcast or cast the value',
    })
  if (updates.has(variable))
    throw new ThalwegError('compile/assigned-twice', {
      rule: 'assign: a step may set each variable once',
      received: `a second assignment to ${variable.name}`,
      try: 'combine both values before assigning, or give the second use a variable of its own',
    })
  updates.set(variable, { variable, value })
}

/** Calls `record` with one input node per slot and returns what it asked for as one step. */
export function recordStep(
  slots: readonly SlotType[],
  record: (inputs: readonly Node[]) => readonly Node[],
): StepGraph {
  const inputs = slots.map(({ name, shape, dtype }) => createNode('input', [], { name, shape, dtype }))
  const updates = new Map<Variable, Update>()
  recordings.push(updates)
  try {
    const outputs = [...record(inputs)]
    // An input node is what createNode('input') returns; the union does not remember which op it was asked for.
    return { inputs: inputs as NodeOf<'input'>[], outputs, updates: [...updates.values()] }
  } finally {
    recordings.pop()
  }
}

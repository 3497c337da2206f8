/** What the scheduler asks of nodes. */
import { isElementwise, type Node } from '../../graph/index.ts'
import type { MovingOp } from './walk.ts'

/** A value that has a place of its own before the step begins. */
export function isSource(node: Node): boolean {
  return node.op === 'input' || node.op === 'variable' || node.op === 'literal'
}

export function isMoving(node: Node): node is Node & { readonly op: MovingOp } {
  return node.op === 'broadcast' || node.op === 'transpose' || node.op === 'slice' || node.op === 'flip'
}

/** A value that a loop can compute where it is needed, element by element, without storing it first. */
export function isInline(node: Node): boolean {
  return (
    isElementwise(node.op) || isMoving(node) || node.op === 'reshape' || node.op === 'constant' || node.op === 'iota'
  )
}

/** A reshape has the buffer of what it reshapes. */
export function withoutReshape(node: Node): Node {
  let inner = node
  while (inner.op === 'reshape') inner = inner.inputs[0]
  return inner
}

/** Which example of a batch a spoilt value belongs to; of a value that all have a part in, which brings most to it. */
import type { TypedArray } from '../base/index.ts'
import type { Node } from '../graph/index.ts'
import type { Origin, SeenStep, Session, StepMoment } from '../train/index.ts'

/** A batch, and the moment of its step. */
export interface Batch {
  readonly rows: Int32Array
  readonly moment: StepMoment
}

/**
 * The nodes whose first axis is that of the batch's examples: it is shorter where the same step is recorded for one example
 * less. A width that happens to be the batch's size is not taken for it, unless the model takes no batch of another size.
 */
export function examplesFirst(
  session: Session,
  { rows, moment }: Batch,
  nodes: readonly Node[],
  nodesOf: (seen: SeenStep) => readonly Node[],
): ReadonlySet<Node> {
  const candidates = new Set(nodes.filter(({ shape, op }) => shape[0] === rows.length && op !== 'variable'))
  if (rows.length < 2) return candidates
  let fewer: readonly Node[] = []
  const recording = session.observe((seen) => {
    fewer = nodesOf(seen)
    return []
  })
  try {
    recording.run(rows.subarray(1), moment)
  } catch {
    return candidates
  } finally {
    recording.release()
  }
  if (fewer.length !== nodes.length) return candidates
  return new Set(nodes.filter((node, at) => candidates.has(node) && fewer[at].shape[0] === rows.length - 1))
}

/** A value that is not finite, in a node's result. */
export interface Spoilt {
  readonly place: readonly number[]
  /** Values of the node's float operands. */
  readonly from: readonly TypedArray[]
  readonly rows: Int32Array
  /** As {@link examplesFirst} says. */
  readonly examples: ReadonlySet<Node>
}

/** Whose value it is; of a value that all examples have a part in, whose part of what it was made from is the largest. */
export function exampleOf(node: Node, { place, from, rows, examples }: Spoilt): Pick<Origin, 'example' | 'isOfAll'> {
  if (node.op === 'variable' || (node.op === 'input' && node.shape.length === 0)) return {}
  if (rows.length === 1) return { example: rows[0] }
  if (examples.has(node)) return { example: rows[place[0]] }
  const parts = floatOperands(node).flatMap((operand, at) => (examples.has(operand) ? [from[at]] : []))
  if (parts.length === 0) return { isOfAll: true }
  const whole = parts.reduce((most, part) => (Math.abs(largest(part)) > Math.abs(largest(most)) ? part : most))
  const row = Math.floor((whole.indexOf(largest(whole)) * rows.length) / whole.length)
  return { example: rows[row], isOfAll: true }
}

export function floatOperands({ inputs }: Node): readonly Node[] {
  return inputs.filter(({ dtype }) => dtype === 'float32')
}

export function largest(values: TypedArray): number {
  let found = 0
  for (const value of values) if (Math.abs(value) > Math.abs(found)) found = value
  return found
}

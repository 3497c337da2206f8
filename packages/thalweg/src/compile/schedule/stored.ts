/** Which values of a step must be stored, whatever is fused with what. */
import { isContraction } from '../../backend/index.ts'
import { sizeOf } from '../../base/index.ts'
import { isElementwise, isReduce, type Node, type StepGraph } from '../../graph/index.ts'
import { operations } from './cost.ts'
import { isInline, isMoving, isSource, withoutReshape } from './nodes.ts'

/** Work below which a value is computed again for every element it is repeated to, rather than once by a kernel. */
const WORTH_A_KERNEL = 1000

/** Operations that one value may take to compute in one place before the chain is cut; keeps kernels of a bearable size. */
const LONGEST_CHAIN = 160

/**
 * Results of ops that have kernels of their own, operands that such kernels read whole, what the step hands out or
 * assigns, and what is repeated to more elements than it has.
 */
export function storedNodes(step: StepGraph, order: readonly Node[]): Set<Node> {
  const stored = new Set<Node>()
  const store = (node: Node): void => {
    const root = withoutReshape(node)
    if (!isSource(root)) stored.add(root)
  }
  /** Operations to compute a node from stored values and sources: an upper bound, which counts shared ones per use. */
  const chain = new Map<Node, number>()
  /** Nodes whose chain begins at a stored value, so that its kernel can take them along. */
  const rides = new Set<Node>()

  for (const node of order) {
    if (isSource(node)) continue
    if (!isInline(node)) {
      stored.add(node)
      // A constant operand becomes a literal: it needs no kernel to be there.
      if (readsWhole(node)) node.inputs.filter((input) => withoutReshape(input).op !== 'constant').forEach(store)
      continue
    }
    let work = isElementwise(node.op) ? operations(node) : 0
    for (const input of node.inputs) work += stored.has(input) ? 0 : (chain.get(input) ?? 0)
    if (work > LONGEST_CHAIN && isElementwise(node.op)) {
      work = chainWork(node, stored)
      if (work > LONGEST_CHAIN) stored.add(node)
    }
    chain.set(node, work)
    if (node.inputs.some((input) => stored.has(input) || rides.has(input))) rides.add(node)
    const repeated = node.op === 'broadcast' ? computedBefore(node) : undefined
    if (repeated === undefined || stored.has(repeated)) continue
    const again = (chain.get(repeated) ?? 0) * sizeOf(node.shape)
    if (again > WORTH_A_KERNEL || rides.has(repeated)) stored.add(repeated)
  }
  for (const node of nodesFoldedLater(order, usersOf(order))) stored.add(node)
  for (const node of step.outputs) store(node)
  for (const { value } of step.updates) store(value)
  return stored
}

/** Operations to compute a node from stored values and sources, each counted once. */
function chainWork(node: Node, stored: ReadonlySet<Node>): number {
  const seen = new Set<Node>([node])
  let work = 0
  for (const each of seen) {
    if (!isInline(each)) continue
    if (isElementwise(each.op)) work += operations(each)
    for (const input of each.inputs) if (!stored.has(input) && !isSource(input)) seen.add(input)
  }
  return work
}

/** Whether an op reads its operands as whole buffers. */
function readsWhole(node: Node): boolean {
  return isContraction(node.op) || (!isInline(node) && !isReduce(node.op) && node.op !== 'pad' && node.op !== 'concat')
}

/**
 * What becomes of a contraction's result before anything else is done with it (a bias, a residual), where it is folded and
 * used again after that, as normalizations do: several kernels need it, so it is stored as they need it.
 */
function nodesFoldedLater(order: readonly Node[], users: ReadonlyMap<Node, readonly Node[]>): Node[] {
  const found: Node[] = []
  for (const node of order) {
    if (!isContraction(node.op)) continue
    let last = node
    let readers = users.get(last) ?? []
    while (readers.length === 1 && completes(readers[0], last)) {
      last = readers[0]
      readers = users.get(last) ?? []
    }
    if (last !== node && readers.length > 1 && readers.some(({ op }) => isReduce(op))) found.push(last)
  }
  return found
}

/** Whether `node` adds something to `result`, or applies what is repeated (a scale) to it. */
function completes(node: Node, result: Node): boolean {
  if (node.op === 'add' || node.op === 'sub') return true
  return isElementwise(node.op) && node.inputs.every((input) => input === result || input.op === 'broadcast')
}

/** Who has each node among its inputs, in the order in which they were recorded. */
export function usersOf(order: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>()
  for (const node of order)
    for (const input of node.inputs) {
      const list = users.get(input)
      if (list === undefined) users.set(input, [node])
      else list.push(node)
    }
  return users
}

/** The value that a broadcast repeats, if it is computed and not only moved. */
function computedBefore(node: Node): Node | undefined {
  let inner = node.inputs[0]
  while (isMoving(inner) || inner.op === 'reshape') inner = inner.inputs[0]
  return isElementwise(inner.op) ? inner : undefined
}

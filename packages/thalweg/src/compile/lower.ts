/** From a recorded step to kernels over planned memory: simplify, decide what is stored, fuse, order, place. */
import type { Lowered } from '../backend/index.ts'
import { internal } from '../base/index.ts'
import { type Node, type StepGraph, stepNodes, type Variable, withoutAsides } from '../graph/index.ts'
import { cutAsides, interleave } from './schedule/asides.ts'
import { assemble, place, type Scheduled } from './schedule/assemble.ts'
import { fuse, type Grouping } from './schedule/fuse.ts'
import type { Work } from './schedule/fusion.ts'
import { copyGroup, type Group } from './schedule/group.ts'
import { masksFromResults } from './schedule/masks.ts'
import { isSource, withoutReshape } from './schedule/nodes.ts'
import { orderGroups } from './schedule/order.ts'
import { storedNodes } from './schedule/stored.ts'
import { simplify } from './simplify/simplify.ts'

/** A pure function of the graph: the same step gives the same kernels in the same order. */
export function lower(graph: StepGraph): Lowered {
  const simple = simplify(graph)
  const main = withoutAsides(simple)
  const order = stepNodes(main)
  const stored = storedNodes(main, order)
  const masked = masksFromResults(simple, order, stored)
  const step = masked === simple ? main : withoutAsides(masked)
  const scheduled = masked === simple ? schedule(main, order, stored) : schedule(step)
  if (masked === step) return place(assemble(step, scheduled))
  const { aside, sources } = cutAsides(masked, scheduled)
  const assembled = assemble(step, scheduled, sources)
  return place(interleave(assembled, assemble(aside, schedule(aside)), sources.map(assembled.bufferOf)))
}

function schedule(
  step: StepGraph,
  nodes: readonly Node[] = stepNodes(step),
  stored: Set<Node> = storedNodes(step, nodes),
): Scheduled {
  const work = workOf(step, nodes, stored)
  const grouping = fuseAll(work)
  return { grouping, work, order: orderGroups(grouping, work) }
}

function workOf(step: StepGraph, nodes: readonly Node[], stored: Set<Node>): Work {
  const updates = step.updates.map(({ variable, value }) => ({ variable, value: withoutReshape(value) }))
  const copies: Group[] = []
  step.outputs.forEach((node, output) => {
    const root = withoutReshape(node)
    if (isSource(root)) copies.push(copyGroup(root, { output }))
  })
  for (const { variable, value } of updates) if (isSource(value)) copies.push(copyGroup(value, { variable }))
  const variableNodes = new Map<Variable, Node>()
  for (const node of nodes) if (node.op === 'variable') variableNodes.set(node.attributes.variable, node)
  return { stored, updates, copies, variableNodes }
}

/** Fuses; a value that loops cannot follow is stored, and then it is tried again. */
function fuseAll(work: Work): Grouping {
  for (;;) {
    const result = fuse(work)
    if (!('blocked' in result)) return result
    if (work.stored.has(result.blocked)) throw internal(`${result.blocked.op} blocks although it is stored`)
    work.stored.add(result.blocked)
  }
}

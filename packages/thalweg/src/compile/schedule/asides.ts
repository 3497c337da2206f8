/**
 * Outputs that only look on, and so may change nothing: not what is fused, not the order of a sum, not a bit. The step is
 * grouped without them. They are a step of their own, which takes what the main one keeps as its inputs, and whose kernels
 * run between the main one's, as soon as what they read is there.
 */
import type { Kernel } from '../../backend/index.ts'
import { createNode, type Node, type NodeOf, renewNode, type StepGraph, type Variable } from '../../graph/index.ts'
import type { Assembled, Scheduled, Unplaced } from './assemble.ts'
import { isSource, withoutReshape } from './nodes.ts'
import { onBuffers } from './share.ts'
import { touchedBuffers, writtenBuffers } from './touched.ts'

export interface Cut {
  /** Inputs are those of the step, then one for each of `sources`. */
  readonly aside: StepGraph
  /** Values of the main step that the asides are computed from. */
  readonly sources: readonly Node[]
}

/** Takes the asides of a step out of it. `main` is the step without them. */
export function cutAsides({ inputs, outputs, asides = 0 }: StepGraph, main: Scheduled): Cut {
  const kept = keptNodes(main, outputs.slice(0, outputs.length - asides))
  const looking = outputs.slice(outputs.length - asides)
  const become = new Map<Node, Node>(inputs.map((input) => [input, input]))
  const sources = new Map<Node, NodeOf<'input'>>()
  for (const node of nodesOutside(looking, kept)) {
    if (node.op === 'input') continue
    if (kept.has(node)) {
      const input = createNode('input', [], { name: `kept ${sources.size}`, shape: node.shape, dtype: node.dtype })
      // An input node is what createNode('input') returns; the union does not remember which op it was asked for.
      sources.set(node, input as NodeOf<'input'>)
      become.set(node, input)
      continue
    }
    const operands = node.inputs.map((input) => become.get(input) ?? input)
    become.set(node, renewNode(node, operands))
  }
  const aside = {
    inputs: [...inputs, ...sources.values()],
    outputs: looking.map((node) => become.get(node) ?? node),
    updates: [],
  }
  return { aside, sources: [...sources.keys()] }
}

/** What the main step writes somewhere, and results of contractions, which it can write without computing anything else. */
function keptNodes(
  { grouping: { groups, surveys }, work: { stored, updates } }: Scheduled,
  outputs: readonly Node[],
): Set<Node> {
  const kept = new Set<Node>(outputs.map(withoutReshape))
  for (const { reads } of surveys.values()) for (const node of reads.keys()) kept.add(node)
  for (const { value } of updates) kept.add(value)
  for (const { kind, head } of groups) if (head !== undefined && kind !== 'copy') kept.add(head)
  for (const node of kept) if (isSource(node) || !stored.has(node)) kept.delete(node)
  return kept
}

/** What `roots` are computed from, down to what is kept, inputs before users. */
function nodesOutside(roots: readonly Node[], kept: ReadonlySet<Node>): Node[] {
  const seen = new Set<Node>()
  const stack = [...roots]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (!kept.has(node)) stack.push(...node.inputs)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

/** Both as one. `sources` are buffers of `main`: those behind the last inputs of `aside`. */
export function interleave(
  main: Assembled,
  aside: Assembled,
  sources: readonly number[],
): Pick<Assembled, 'buffers' | 'kernels'> {
  const { buffers, ids, old } = mergeBuffers(main.buffers, aside.buffers, sources)
  /** How many kernels of the main step have run when a buffer has its value. */
  const made = new Map<number, number>()
  main.kernels.forEach((kernel, index) => {
    for (const id of writtenBuffers(kernel)) made.set(id, index + 1)
  })
  const placed = aside.kernels.map((each) => {
    const kernel = onBuffers(each, (id) => ids[id])
    const at = Math.max(0, ...touchedBuffers(kernel).map((id) => made.get(id) ?? 0))
    for (const id of writtenBuffers(kernel)) made.set(id, at)
    return { kernel, at }
  })
  /** What runs when so many kernels of the main step have run. */
  const between: Kernel[][] = Array.from({ length: main.kernels.length + 1 }, () => [])
  const isLate = (before: number, at: number): boolean =>
    at >= (made.get(old.get(before) ?? before) ?? Number.POSITIVE_INFINITY)
  for (const [before, now] of old) {
    const isRead = placed.some(({ kernel, at }) => isLate(before, at) && touchedBuffers(kernel).includes(before))
    if (isRead) between[(made.get(now) ?? 0) - 1].push({ kind: 'copy', label: 'old value', from: now, to: before })
  }
  for (const { kernel, at } of placed)
    between[at].push(onBuffers(kernel, (id) => (isLate(id, at) ? id : (old.get(id) ?? id))))
  return { buffers, kernels: between.flatMap((list, index) => [...list, ...main.kernels.slice(index, index + 1)]) }
}

interface Merged {
  readonly buffers: readonly Unplaced[]
  /** Where each buffer of the aside is. */
  readonly ids: readonly number[]
  /** For the old values of variables that are in the main step too: a buffer for them alone, and the variable's. */
  readonly old: ReadonlyMap<number, number>
}

function mergeBuffers(main: readonly Unplaced[], aside: readonly Unplaced[], sources: readonly number[]): Merged {
  const buffers = [...main]
  const inputs: number[] = []
  const variables = new Map<Variable, number>()
  let outputs = 0
  for (const { id, place } of main) {
    if (place === 'arena') continue
    if (place.kind === 'input') inputs[place.index] = id
    if (place.kind === 'variable') variables.set(place.variable, id)
    if (place.kind === 'output') outputs++
  }
  const old = new Map<number, number>()
  const add = (like: Unplaced, place: Unplaced['place']): number =>
    buffers.push({ ...like, id: buffers.length, place }) - 1

  const ids = aside.map((buffer) => {
    const { place } = buffer
    if (place === 'arena') return add(buffer, place)
    if (place.kind === 'input') return [...inputs, ...sources][place.index]
    if (place.kind === 'output') return add(buffer, { kind: 'output', index: outputs + place.index })
    const now = place.kind === 'variable' ? variables.get(place.variable) : undefined
    if (now === undefined) return add(buffer, place)
    const before = add(buffer, 'arena')
    old.set(before, now)
    return before
  })
  return { buffers, ids, old }
}

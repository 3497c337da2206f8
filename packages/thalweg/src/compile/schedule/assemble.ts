/** From ordered groups to kernels over buffers: who has a buffer, where it lives, which kernel writes it. */
import {
  type Buffer,
  type ContractionKernel,
  isContraction,
  type Kernel,
  type LoopKernel,
  type Lowered,
  type WholeKernel,
} from '../../backend/index.ts'
import { BYTES_PER_ELEMENT, internal, type Shape, sizeOf, stridesOf, type TypedArray } from '../../base/index.ts'
import { constant, type Node, type NodeOf, type StepGraph, type Variable } from '../../graph/index.ts'
import { type Lifetime, packArena } from '../arena.ts'
import { finishLoop } from './collapse.ts'
import { type Body, contractionBody, loopBody, type Request, storeBody, type Target } from './emit.ts'
import type { Grouping } from './fuse.ts'
import type { Work } from './fusion.ts'
import { type Group, resultsOf } from './group.ts'
import { labelOf } from './label.ts'
import { withoutReshape } from './nodes.ts'
import { shareBuffers } from './share.ts'
import { touchedBuffers } from './touched.ts'

type Place = Buffer['place']

/** A step as groups. */
export interface Scheduled {
  readonly grouping: Grouping
  readonly work: Work
  readonly order: readonly Group[]
}

/** A buffer that may be somewhere in the arena. */
export type Unplaced = Omit<Buffer, 'place'> & { readonly place: Place | 'arena' }

/** Buffers in the order in which they are first needed; arena places are filled in at the end. */
interface Buffers {
  readonly list: Unplaced[]
  add(like: Pick<Node, 'shape' | 'dtype'>, place: Place | 'arena'): number
}

function createBuffers(): Buffers {
  const list: Buffers['list'] = []
  return {
    list,
    add({ shape, dtype }, place) {
      list.push({ id: list.length, shape, dtype, place })
      return list.length - 1
    },
  }
}

/** Kernels over buffers of which those of the arena have no place yet. */
export interface Assembled {
  readonly buffers: readonly Unplaced[]
  /** In the order in which they run. */
  readonly kernels: readonly Kernel[]
  /** The buffer from which a stored value or a source is read. */
  readonly bufferOf: (node: Node) => number
}

/** @param wanted stored values that others will read, beside what the groups read of each other */
export function assemble(
  step: StepGraph,
  { grouping, work, order }: Scheduled,
  wanted: Iterable<Node> = [],
): Assembled {
  const buffers = createBuffers()
  const inputs = new Map<Node, number>(
    step.inputs.map((node, index) => [node, buffers.add(node, { kind: 'input', index })]),
  )
  const outputs = step.outputs.map((node, index) => buffers.add(node, { kind: 'output', index }))
  const variables = new Map<Variable, number>()
  const literals = new Map<Node, number>()
  const arena = new Map<Node, number>()

  const variableBuffer = (variable: Variable): number =>
    remembered(variables, variable, () => buffers.add(variable, { kind: 'variable', variable }))

  /** Every place in which a stored value has to end up, the one from which it is read first. */
  const places = new Map<Node, number[]>()
  const addPlace = (node: Node, buffer: number): void => {
    const known = places.get(node)
    if (known === undefined) places.set(node, [buffer])
    else known.push(buffer)
  }
  for (const { variable, value } of work.updates)
    if (work.stored.has(value) && grouping.inPlace.has(variable)) addPlace(value, variableBuffer(variable))
  step.outputs.forEach((node, index) => {
    const root = withoutReshape(node)
    if (work.stored.has(root)) addPlace(root, outputs[index])
  })
  /** Stored values that another group reads, or that wait in the arena until their variable may change. */
  const read = new Set<Node>(wanted)
  for (const { reads } of grouping.surveys.values()) for (const node of reads.keys()) read.add(node)
  for (const { variable, value } of work.updates) if (!grouping.inPlace.has(variable)) read.add(value)

  function bufferOf(node: Node): number {
    const root = withoutReshape(node)
    // Also where a constant has a place as an output or a new value: nobody waits for it to be written there.
    if (root.op === 'constant') return literalBuffer(root, Float64Array.of(root.attributes.value))
    const place = places.get(root)?.[0]
    if (place !== undefined) return place
    if (root.op === 'input') return inputs.get(root) ?? unknown(root)
    if (root.op === 'variable') return variableBuffer(root.attributes.variable)
    if (root.op === 'literal') return literalBuffer(root, root.attributes.data)
    return remembered(arena, root, () => buffers.add(root, 'arena'))
  }

  function literalBuffer(node: Node, data: TypedArray): number {
    return remembered(literals, node, () => buffers.add(node, { kind: 'literal', data }))
  }

  /** The buffers that a group has to write `node` to. */
  function targetsOf(node: Node): number[] {
    return places.get(node) ?? (read.has(node) && node.op !== 'constant' ? [bufferOf(node)] : [])
  }

  const kernels: Kernel[] = []
  /** What is copied after everything else: variables that others still read while their new value was computed. */
  const last: Kernel[] = []
  for (const { variable, value } of work.updates)
    if (!grouping.inPlace.has(variable) && work.stored.has(value))
      last.push(copyKernel(bufferOf(value), variableBuffer(variable), variable.name))

  for (const group of order) {
    if (group.fullSize === 0 && group.afterSize === 0) continue
    const request = { stored: work.stored, own: new Set(resultsOf(group)), bufferOf }
    const targets = (nodes: readonly Node[]): Target[] =>
      nodes.flatMap((node) => targetsOf(node).map((buffer) => ({ node, buffer })))
    const label = labelOf(group, grouping.surveys.get(group))
    const { head } = group
    switch (group.kind) {
      case 'loop':
        kernels.push(
          finishLoop(
            written(
              loopBody(group, {
                ...request,
                full: targets(group.full),
                after: targets([...group.folds, ...group.after]),
              }),
            ),
            label,
          ),
        )
        break
      case 'contraction':
        if (head === undefined) throw internal('a contraction without a head')
        kernels.push(
          contraction(head, { ...request, full: [], after: targets([head, ...group.after]) }, bufferOf, label),
        )
        break
      case 'whole':
      case 'parts': {
        if (head === undefined) throw internal(`a group of kind ${group.kind} without a head`)
        const [first, ...others] = targetsOf(head)
        if (first === undefined) throw internal(`nobody needs ${head.op}`)
        if (group.kind === 'whole') kernels.push(whole(head, first, bufferOf, label))
        else kernels.push(...parts(head, first, request, label))
        for (const other of others) kernels.push(copyKernel(first, other, label))
        break
      }
      case 'copy':
        copySource(group)
        break
    }
  }

  function copySource({ head, target }: Group): void {
    if (head === undefined || target === undefined) throw internal('a copy of nothing')
    const from = bufferOf(head)
    if ('output' in target) kernels.push(copyKernel(from, outputs[target.output], `output ${target.output}`))
    else if (grouping.inPlace.has(target.variable))
      kernels.push(copyKernel(from, variableBuffer(target.variable), target.variable.name))
    else {
      const held = buffers.add(head, 'arena')
      kernels.push(copyKernel(from, held, target.variable.name))
      last.push(copyKernel(held, variableBuffer(target.variable), target.variable.name))
    }
  }

  return { buffers: buffers.list, kernels: [...kernels, ...last], bufferOf }
}

function unknown(node: Node): never {
  throw internal(`${node.op} ${node.id} is no input of the step`)
}

function remembered<Key>(map: Map<Key, number>, key: Key, make: () => number): number {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function written(body: Body | { readonly blocked: Node }): Body {
  if ('blocked' in body) throw internal('a loop that cannot be written', `${body.blocked.op} in its way`)
  return body
}

function copyKernel(from: number, to: number, label: string): Kernel {
  return { kind: 'copy', label, from, to }
}

function contraction(head: Node, request: Request, bufferOf: (node: Node) => number, label: string): ContractionKernel {
  if (!isContraction(head.op)) throw internal(`${head.op} is no contraction`)
  const { epilogue, epilogueStores } = written(contractionBody(head, request))
  const [a, b] = head.inputs
  // Op and attributes come from one node, so they belong together; TypeScript cannot follow that through the union.
  return {
    kind: 'contraction',
    label,
    op: head.op,
    attributes: head.attributes,
    operands: [bufferOf(a), bufferOf(b)],
    operandShapes: [a.shape, b.shape],
    shape: head.shape,
    epilogue,
    epilogueStores,
  } as ContractionKernel
}

function whole(head: Node, output: number, bufferOf: (node: Node) => number, label: string): WholeKernel {
  return {
    kind: 'whole',
    label,
    op: head.op,
    attributes: head.attributes,
    operands: head.inputs.map(bufferOf),
    operandShapes: head.inputs.map(({ shape }) => shape),
    shape: head.shape,
    dtype: head.dtype,
    output,
  } as WholeKernel
}

/** A pad fills everything, then writes its input in between; a concat writes its inputs side by side. */
function parts(head: Node, buffer: number, request: Omit<Request, 'full' | 'after'>, label: string): LoopKernel[] {
  const strides = stridesOf(head.shape)
  const loop = (shape: Shape, target: Target): LoopKernel[] =>
    sizeOf(shape) === 0 ? [] : [finishLoop(written(storeBody(shape, { ...request, full: [target], after: [] })), label)]
  if (head.op === 'pad') {
    const { low, interior, value } = head.attributes
    const offset = low.reduce((sum, before, axis) => sum + before * strides[axis], 0)
    const walk = { offset, strides: strides.map((stride, axis) => stride * (interior[axis] + 1)) }
    const [input] = head.inputs
    return [
      ...loop([sizeOf(head.shape)], { node: constant(value, head.dtype), buffer }),
      ...loop(input.shape, { node: input, buffer, walk }),
    ]
  }
  const { axis } = (head as NodeOf<'concat'>).attributes
  let start = 0
  return head.inputs.flatMap((input) => {
    const walk = { offset: start * strides[axis], strides }
    start += input.shape[axis]
    return loop(input.shape, { node: input, buffer, walk })
  })
}

/** Gives every arena buffer its offset; some share one. */
export function place({ buffers: list, kernels: apart }: Pick<Assembled, 'buffers' | 'kernels'>): Lowered {
  const kernels = shareBuffers(apart, list, (id) => list[id].place === 'arena')
  const first = new Map<number, number>()
  const last = new Map<number, number>()
  kernels.forEach((kernel, position) => {
    for (const id of touchedBuffers(kernel)) {
      if (!first.has(id)) first.set(id, position)
      last.set(id, position)
    }
  })
  const inArena = list.filter(({ id, place }) => place === 'arena' && first.has(id))
  const lifetimes = inArena.map(({ id, shape }): Lifetime => {
    return { bytes: sizeOf(shape) * BYTES_PER_ELEMENT, first: first.get(id) ?? 0, last: last.get(id) ?? 0 }
  })
  const { offsets, bytes } = packArena(lifetimes)
  const offsetOf = new Map(inArena.map(({ id }, index) => [id, offsets[index]]))
  const buffers = list.map(({ place, ...buffer }): Buffer => {
    return { ...buffer, place: place === 'arena' ? { kind: 'arena', offset: offsetOf.get(buffer.id) ?? 0 } : place }
  })
  return { buffers, kernels, arenaBytes: bytes }
}

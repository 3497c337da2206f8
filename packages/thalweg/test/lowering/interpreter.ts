/**
 * A backend that interprets lowered programs in float64, for tests: it proves the lowering without any code generation.
 * It also refuses what a kernel must not do: write to memory that it reads at other places.
 */

import {
  type Backend,
  castNumber,
  ELEMENTWISE,
  type Evaluate,
  type Kernel,
  type LoopKernel,
  type Lowered,
  referenceBackend,
  type Storage,
  type Store,
  type Value,
  type Values,
  type View,
} from 'thalweg/backend'
import { BYTES_PER_ELEMENT, type DType, type Shape, sizeOf, type TypedArray } from 'thalweg/base'
import { type Attributes, createNode, type ElementwiseOp, type Node, type OpName, type Variable } from 'thalweg/graph'

/** Where a buffer's elements are: int32 values are kept as the floats that equal them. */
interface Memory {
  readonly values: Float64Array
  readonly start: number
}

interface Kept extends Storage {
  readonly values: Float64Array
}

function keep(shape: Shape, dtype: DType): Kept {
  return { shape, dtype, values: new Float64Array(sizeOf(shape)) }
}

export function interpreterBackend(): Backend & { readonly allocations: () => number } {
  let allocations = 0
  const allocate = (shape: Shape, dtype: DType): Kept => {
    allocations++
    return keep(shape, dtype)
  }
  return {
    name: 'interpreter',
    features: ['float64'],
    allocations: () => allocations,
    allocate,
    free: () => undefined,
    write(storage, data) {
      const { values } = storage as Kept
      for (let i = 0; i < values.length; i++) values[i] = castNumber(data[i], storage.dtype)
    },
    read: (storage, into): TypedArray => {
      const { values } = storage as Kept
      into?.set(values)
      if (into) return into
      return storage.dtype === 'float32' ? values.slice() : Int32Array.from(values)
    },
    prepare({ graph, lowered }, storageOf) {
      const inputs = graph.inputs.map(({ shape, dtype }) => allocate(shape, dtype))
      const outputs = graph.outputs.map(({ shape, dtype }) => allocate(shape, dtype))
      const arena = new Float64Array(lowered.arenaBytes / BYTES_PER_ELEMENT)
      const memories = placesOf(lowered, arena, inputs, outputs, (variable) => storageOf(variable) as Kept)
      for (const kernel of lowered.kernels) requireNoHazard(kernel, memories, lowered)
      return {
        inputs,
        outputs,
        run() {
          // Nothing may be left over from another run, and nothing may be read before it is written.
          arena.fill(Number.NaN)
          for (const kernel of lowered.kernels) runKernel(kernel, memories, lowered)
        },
        release: () => undefined,
      }
    },
  }
}

function placesOf(
  { buffers }: Lowered,
  arena: Float64Array,
  inputs: readonly Kept[],
  outputs: readonly Kept[],
  storageOf: (variable: Variable) => Kept,
): Memory[] {
  function memoryOf({ place, dtype }: Lowered['buffers'][number]): Memory {
    switch (place.kind) {
      case 'arena':
        return { values: arena, start: place.offset / BYTES_PER_ELEMENT }
      case 'input':
        return { values: inputs[place.index].values, start: 0 }
      case 'output':
        return { values: outputs[place.index].values, start: 0 }
      case 'variable':
        return { values: storageOf(place.variable).values, start: 0 }
      case 'literal':
        return { values: Float64Array.from(place.data, (value) => castNumber(value, dtype)), start: 0 }
    }
  }
  return buffers.map(memoryOf)
}

/** Every place that a view visits, in row-major order of `shape`. */
function placesAlong({ offset, strides }: Pick<View, 'offset' | 'strides'>, shape: Shape): Int32Array {
  const places = new Int32Array(sizeOf(shape))
  const index = new Int32Array(shape.length)
  let place = offset
  for (let i = 0; i < places.length; i++) {
    places[i] = place
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]
      if (++index[axis] < shape[axis]) break
      place -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return places
}

function zeros(size: number, dtype: DType): Values {
  return dtype === 'float32' ? new Float64Array(size) : new Int32Array(size)
}

/** Every value of a level at every point of `shape`; `results` are what reductions (or a contraction) left. */
function compute(
  values: readonly Value[],
  shape: Shape,
  memories: readonly Memory[],
  results: readonly Values[],
): Values[] {
  const size = sizeOf(shape)
  const computed: Values[] = []
  for (const value of values) {
    const out = zeros(size, value.dtype)
    switch (value.kind) {
      case 'load': {
        if (value.view.strides.length !== shape.length) throw new Error('a load with the wrong number of strides')
        const { values: from, start } = memories[value.view.buffer]
        const places = placesAlong(value.view, shape)
        for (let i = 0; i < size; i++) out[i] = from[start + places[i]]
        computed.push(out)
        break
      }
      case 'constant':
        computed.push(out.fill(castNumber(value.value, value.dtype)))
        break
      case 'index': {
        const strides = shape.map((_, axis) => (axis === value.axis ? 1 : 0))
        computed.push(Int32Array.from(placesAlong({ offset: 0, strides }, shape)))
        break
      }
      case 'apply': {
        const inputs = value.operands.map((operand): Pick<Node, 'dtype'> => ({ dtype: values[operand].dtype }))
        const node = { op: value.op, shape, dtype: value.dtype, attributes: { dtype: value.dtype }, inputs }
        const evaluate = ELEMENTWISE[value.op] as Evaluate<ElementwiseOp>
        computed.push(
          evaluate(
            node as unknown as Parameters<typeof evaluate>[0],
            value.operands.map((operand) => computed[operand]),
          ),
        )
        break
      }
      case 'result':
        computed.push(results[value.reduction])
        break
    }
  }
  return computed
}

function store(stores: readonly Store[], shape: Shape, computed: readonly Values[], memories: readonly Memory[]): void {
  for (const { value, view } of stores) {
    if (view.strides.length !== shape.length) throw new Error('a store with the wrong number of strides')
    const places = placesAlong(view, shape)
    const { values, start } = memories[view.buffer]
    for (let i = 0; i < places.length; i++) {
      if (start + places[i] < 0 || start + places[i] >= values.length) throw new Error('a store outside of its buffer')
      values[start + places[i]] = computed[value][i]
    }
  }
}

/** Evaluates one node of the reference on given operand values. */
function reference<Op extends OpName>(op: Op, operands: readonly Node[], attributes: Attributes[Op]): Values {
  const backend = referenceBackend()
  const graph = { inputs: [], outputs: [createNode(op, operands, attributes)], updates: [] }
  const program = {
    graph,
    get lowered(): never {
      throw new Error('not needed')
    },
  }
  const executable = backend.prepare(program, () => {
    throw new Error('no variables here')
  })
  executable.run()
  const values = backend.read(executable.outputs[0])
  return values instanceof Float32Array ? Float64Array.from(values) : values
}

function fold(kernel: LoopKernel, computed: readonly Values[]): Values[] {
  const kept = sizeOf(kernel.shape.slice(0, kernel.keptAxes))
  const folded = sizeOf(kernel.shape.slice(kernel.keptAxes))
  return kernel.reductions.map(({ op, value, dtype }) => {
    const data = computed[value].slice(0, kept * folded)
    return reference(op, [createNode('literal', [], { data, shape: [kept, folded], dtype })], { axes: [1] })
  })
}

function runKernel(kernel: Kernel, memories: readonly Memory[], { buffers }: Lowered): void {
  const literal = (id: number, shape: Shape): Node => {
    const { values, start } = memories[id]
    const data = values.slice(start, start + sizeOf(shape))
    return createNode('literal', [], { data, shape, dtype: buffers[id].dtype })
  }
  switch (kernel.kind) {
    case 'copy': {
      const from = memories[kernel.from]
      const size = sizeOf(buffers[kernel.from].shape)
      memories[kernel.to].values.set(from.values.slice(from.start, from.start + size), memories[kernel.to].start)
      break
    }
    case 'whole': {
      const operands = kernel.operands.map((id, i) => literal(id, kernel.operandShapes[i]))
      memories[kernel.output].values.set(
        reference(kernel.op, operands, kernel.attributes),
        memories[kernel.output].start,
      )
      break
    }
    case 'contraction': {
      const operands = kernel.operands.map((id, i) => literal(id, kernel.operandShapes[i]))
      const result = reference(kernel.op, operands, kernel.attributes)
      store(kernel.epilogueStores, kernel.shape, compute(kernel.epilogue, kernel.shape, memories, [result]), memories)
      break
    }
    case 'loop': {
      const computed = compute(kernel.values, kernel.shape, memories, [])
      const kept = kernel.shape.slice(0, kernel.keptAxes)
      const results = fold(kernel, computed)
      store(kernel.stores, kernel.shape, computed, memories)
      store(kernel.epilogueStores, kept, compute(kernel.epilogue, kept, memories, results), memories)
      break
    }
  }
}

interface Touch {
  readonly level: 'full' | 'after' | 'whole'
  readonly buffer: number
  readonly view: string
}

function touches(kernel: Kernel): { reads: Touch[]; writes: Touch[] } {
  const loads = (values: readonly Value[], level: Touch['level']): Touch[] =>
    values.flatMap((value) =>
      value.kind === 'load'
        ? [{ level, buffer: value.view.buffer, view: `${value.view.offset} ${value.view.strides}` }]
        : [],
    )
  const stores = (list: readonly Store[], level: Touch['level']): Touch[] =>
    list.map(({ view }) => ({ level, buffer: view.buffer, view: `${view.offset} ${view.strides}` }))
  const whole = (buffer: number): Touch => ({ level: 'whole', buffer, view: '' })
  switch (kernel.kind) {
    case 'copy':
      return { reads: [whole(kernel.from)], writes: [whole(kernel.to)] }
    case 'whole':
      return { reads: kernel.operands.map(whole), writes: [whole(kernel.output)] }
    case 'contraction':
      return {
        reads: [...kernel.operands.map(whole), ...loads(kernel.epilogue, 'after')],
        writes: stores(kernel.epilogueStores, 'after'),
      }
    case 'loop':
      return {
        reads: [...loads(kernel.values, 'full'), ...loads(kernel.epilogue, 'after')],
        writes: [...stores(kernel.stores, 'full'), ...stores(kernel.epilogueStores, 'after')],
      }
  }
}

/** A kernel may write only to memory that it does not read, or reads at the very same points; and writes each place once. */
function requireNoHazard(kernel: Kernel, memories: readonly Memory[], { buffers }: Lowered): void {
  const overlap = (a: Touch, b: Touch): boolean => {
    const [x, y] = [memories[a.buffer], memories[b.buffer]]
    const [xSize, ySize] = [sizeOf(buffers[a.buffer].shape), sizeOf(buffers[b.buffer].shape)]
    return x.values === y.values && x.start < y.start + ySize && y.start < x.start + xSize
  }
  const same = (a: Touch, b: Touch): boolean => a.buffer === b.buffer && a.level === b.level && a.view === b.view
  const { reads, writes } = touches(kernel)
  writes.forEach((write, i) => {
    for (const read of reads)
      if (overlap(write, read) && (write.level === 'whole' || !same(write, read)))
        throw new Error(`${kernel.label}: writes to buffer ${write.buffer} while it reads buffer ${read.buffer}`)
    for (const other of writes.slice(i + 1))
      if (overlap(write, other)) throw new Error(`${kernel.label}: writes buffer ${write.buffer} twice`)
  })
}

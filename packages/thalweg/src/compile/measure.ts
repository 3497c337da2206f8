/** What a kernel does, counted: bytes that it reads and writes, operations that it carries out. */
import type { Buffer, ContractionKernel, Kernel, Lowered, Store, Value, View } from '../backend/index.ts'
import { BYTES_PER_ELEMENT, type Shape, sizeOf } from '../base/index.ts'
import { type Lifetime, livenessBound } from './arena.ts'
import { layerIn } from './schedule/label.ts'
import { touchedBuffers } from './schedule/touched.ts'

export interface KernelFigures {
  readonly label: string
  /** Path of the layer that it belongs to, as in `block2.conv1`; empty for what belongs to none. */
  readonly layer: string
  readonly kind: Kernel['kind']
  /** Of the loops, of a contraction's or whole kernel's result. */
  readonly shape: Shape
  /** Every place that is visited counts once, however often it is visited. */
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Additions, multiplications, comparisons, function values: each counts one. */
  readonly operations: number
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** Elements that a view visits. */
function visited({ strides }: View, shape: Shape): number {
  return sizeOf(shape.filter((_, axis) => strides[axis] !== 0))
}

function viewKey({ buffer, offset, strides }: View): string {
  return `${buffer} ${offset} ${strides}`
}

function loadedElements(values: readonly Value[], shape: Shape): number {
  const views = new Map<string, number>()
  for (const value of values) if (value.kind === 'load') views.set(viewKey(value.view), visited(value.view, shape))
  return sum([...views.values()])
}

function storedElements(stores: readonly Store[], shape: Shape): number {
  return sum(stores.map(({ view }) => visited(view, shape)))
}

function applied(values: readonly Value[]): number {
  return values.filter(({ kind }) => kind === 'apply').length
}

/** Multiplications and additions of a contraction. */
function products({ op, operandShapes: [a, b], attributes, shape }: ContractionKernel): number {
  switch (op) {
    case 'matmul':
      return 2 * sizeOf(shape) * (attributes.transposeA ? a[a.length - 2] : a[a.length - 1])
    case 'conv2d':
      return 2 * sizeOf(shape) * b[0] * b[1] * b[2]
    case 'conv2dImageGrad':
      return 2 * sizeOf(a) * b[0] * b[1] * b[2]
    case 'conv2dKernelGrad':
      return 2 * sizeOf(b) * shape[0] * shape[1] * shape[2]
  }
}

/** Elements that a whole kernel looks at for each element of its result, or of its first operand. */
function wholeOperations(kernel: Extract<Kernel, { kind: 'whole' }>): number {
  switch (kernel.op) {
    case 'maxPool':
    case 'maxPoolTake':
    case 'averagePool':
      return sizeOf(kernel.shape) * kernel.attributes.window[0] * kernel.attributes.window[1]
    case 'maxPoolPut':
      return sizeOf(kernel.operandShapes[1]) * kernel.attributes.window[0] * kernel.attributes.window[1]
    case 'averagePoolGrad':
      return sizeOf(kernel.operandShapes[0]) * kernel.attributes.window[0] * kernel.attributes.window[1]
    case 'argmax':
    case 'scatterAdd':
      return sizeOf(kernel.operandShapes[0])
    case 'random':
      // Ten rounds of six operations make four numbers.
      return sizeOf(kernel.shape) * 15
    case 'gather':
      return 0
  }
}

export function measureKernel(kernel: Kernel, buffers: readonly Buffer[]): KernelFigures {
  const { label, kind } = kernel
  const figures = (shape: Shape, read: number, written: number, operations: number): KernelFigures => ({
    label,
    layer: layerIn(label),
    kind,
    shape,
    bytesRead: read * BYTES_PER_ELEMENT,
    bytesWritten: written * BYTES_PER_ELEMENT,
    operations,
  })
  switch (kernel.kind) {
    case 'copy': {
      const { shape } = buffers[kernel.from]
      return figures(shape, sizeOf(shape), sizeOf(shape), 0)
    }
    case 'whole':
      return figures(kernel.shape, sum(kernel.operandShapes.map(sizeOf)), sizeOf(kernel.shape), wholeOperations(kernel))
    case 'contraction': {
      const { shape, epilogue, epilogueStores } = kernel
      return figures(
        shape,
        sum(kernel.operandShapes.map(sizeOf)) + loadedElements(epilogue, shape),
        storedElements(epilogueStores, shape),
        products(kernel) + applied(epilogue) * sizeOf(shape),
      )
    }
    case 'loop': {
      const { shape, values, stores, reductions, epilogue, epilogueStores } = kernel
      const kept = shape.slice(0, kernel.keptAxes)
      return figures(
        shape,
        loadedElements(values, shape) + loadedElements(epilogue, kept),
        storedElements(stores, shape) + storedElements(epilogueStores, kept),
        (applied(values) + reductions.length) * sizeOf(shape) + applied(epilogue) * sizeOf(kept),
      )
    }
  }
}

/** The bytes that are alive at a program's busiest kernel: no arena could be smaller. */
export function arenaBound({ buffers, kernels }: Lowered): number {
  const lives = new Map<number, { first: number; last: number }>()
  kernels.forEach((kernel, position) => {
    for (const id of touchedBuffers(kernel)) {
      if (buffers[id].place.kind !== 'arena') continue
      lives.set(id, { first: lives.get(id)?.first ?? position, last: position })
    }
  })
  const lifetimes = [...lives].map(([id, life]): Lifetime => {
    return { bytes: sizeOf(buffers[id].shape) * BYTES_PER_ELEMENT, ...life }
  })
  return livenessBound(lifetimes)
}

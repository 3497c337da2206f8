/** Tensors from values that are known when the graph is built, and from variables. */
import { provideKernels, randomKernels } from '../backend/index.ts'
import { type DType, formatShape, type Shape, ThalwegError, type TypedArray } from '../base/index.ts'
import { assign as assignNode } from '../compile/index.ts'
import { constant, createNode, readVariable, type Variable } from '../graph/index.ts'
import { broadcastTo, Tensor } from './tensor.ts'

/** A number, lists of numbers nested as deep as there are axes, or values in row-major order. */
export type ArrayLike = number | TypedArray | readonly ArrayLike[]

function isTypedArray(data: ArrayLike): data is TypedArray {
  return ArrayBuffer.isView(data)
}

/** The shape of nested lists; throws `tensor/ragged` where neighbours differ. */
function nestedShape(data: ArrayLike): Shape {
  if (typeof data === 'number') return []
  if (isTypedArray(data)) return [data.length]
  requireList(data)
  if (data.length === 0) return [0]
  const inner = data.map(nestedShape)
  const different = inner.find((shape) => formatShape(shape) !== formatShape(inner[0]))
  if (different === undefined) return [data.length, ...inner[0]]
  throw new ThalwegError('tensor/ragged', {
    rule: 'tensor: all lists at one depth must have one length',
    received: `${formatShape(inner[0])} beside ${formatShape(different)}`,
    try: 'pad the shorter lists',
  })
}

function flatten(data: ArrayLike, into: number[]): number[] {
  if (typeof data === 'number') into.push(data)
  else {
    if (!isTypedArray(data)) requireList(data)
    for (const each of data) flatten(each, into)
  }
  return into
}

/** Types rule others out, but not every program is checked for its types. */
function requireList(data: unknown): void {
  if (Array.isArray(data)) return
  throw new ThalwegError('tensor/bad-values', {
    rule: 'tensor: values must be a number, a typed array, or lists of numbers',
    received:
      typeof data === 'string'
        ? `'${data}'`
        : typeof data === 'object' && data
          ? `an object with ${Object.keys(data)}`
          : String(data),
    try: 'give the values and then their shape: tensor([1, 2, 3, 4], [2, 2])',
  })
}

/** Values and shape of `data`, copied. Int32Array gives int32, everything else float32 unless `dtype` says otherwise. */
export function valuesOf(
  data: ArrayLike,
  shape?: Shape,
  dtype?: DType,
): { readonly data: TypedArray; readonly shape: Shape; readonly dtype: DType } {
  const own = shape ?? nestedShape(data)
  const type = dtype ?? (data instanceof Int32Array ? 'int32' : 'float32')
  const values = typeof data !== 'number' && isTypedArray(data) ? data.slice() : Float64Array.from(flatten(data, []))
  return { data: values, shape: own, dtype: type }
}

/** A tensor of known values: `tensor([[1, 2], [3, 4]])`, `tensor(new Float32Array(6), [2, 3])`. The values are copied. */
export function tensor(data: ArrayLike, shape?: Shape, dtype?: DType): Tensor {
  return new Tensor(createNode('literal', [], valuesOf(data, shape, dtype)))
}

export function scalar(value: number, dtype: DType = 'float32'): Tensor {
  return new Tensor(constant(value, dtype))
}

/** `value` everywhere; takes no memory. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  return broadcastTo(scalar(value, dtype), shape)
}

export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 0, dtype)
}

export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 1, dtype)
}

/** int32 0, 1, 2 ... along `axis`. */
export function iota(shape: Shape, axis = 0): Tensor {
  return new Tensor(createNode('iota', [], { shape, axis: axis < 0 ? axis + shape.length : axis }))
}

/** int32 [count]: 0, 1, 2 ... */
export function arange(count: number): Tensor {
  return iota([count])
}

/** The value that `variable` has when a step begins. */
export function variableTensor(variable: Variable): Tensor {
  return new Tensor(readVariable(variable))
}

/** Sets `variable` at the end of the step that is being recorded. */
export function assign(variable: Variable, value: Tensor): void {
  assignNode(variable, value.node)
}

export interface UniformOptions {
  /** int32 [2]: low and high word of the seed. */
  readonly seed: Tensor
  /** int32 []: each step draws new numbers. */
  readonly step: Tensor
  /** 32-bit number that names this draw among the others of the step. */
  readonly stream: number
}

/** Uniform float32 in [0, 1), a pure function of seed, step and stream (Philox4x32-10; see graph/op.ts, `random`). */
export function uniform(shape: Shape, { seed, step, stream }: UniformOptions): Tensor {
  provideKernels(randomKernels)
  return new Tensor(createNode('random', [seed.node, step.node], { shape, stream }))
}

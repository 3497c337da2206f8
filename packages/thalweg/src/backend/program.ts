/**
 * A step as a compiler left it: kernels in order, over buffers whose places are planned. This is the language in which
 * compile/ speaks to compiled backends. All indices count elements (four bytes); all buffers are dense and row-major.
 */
import type { DType, Shape, TypedArray } from '../base/index.ts'
import type { Attributes, ElementwiseOp, OpName, ReduceOp, Variable } from '../graph/index.ts'

/** Where a value lives. */
export interface Buffer {
  readonly id: number
  readonly shape: Shape
  readonly dtype: DType
  readonly place: /** In the arena of this program, `offset` bytes from its start; may share bytes with others that live at other times. */
    | { readonly kind: 'arena'; readonly offset: number }
    /** Filled by the caller before each run: `index` into the step's inputs. */
    | { readonly kind: 'input'; readonly index: number }
    /** Kept after the run: `index` into the step's outputs. */
    | { readonly kind: 'output'; readonly index: number }
    | { readonly kind: 'variable'; readonly variable: Variable }
    /** Known when the program is made. */
    | { readonly kind: 'literal'; readonly data: TypedArray }
}

/** An affine way to walk a buffer: element (i0, i1, ...) of the iteration space is at `offset + sum(i * stride)`. */
export interface View {
  readonly buffer: number
  readonly offset: number
  /** One per axis of the iteration space; 0 repeats, negative walks backwards. */
  readonly strides: readonly number[]
}

/** A value inside a loop: operands are positions of earlier values in the same list. */
export type Value =
  | { readonly kind: 'load'; readonly view: View; readonly dtype: DType }
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  /** The int32 index along `axis` of the iteration space. */
  | { readonly kind: 'index'; readonly axis: number; readonly dtype: 'int32' }
  | { readonly kind: 'apply'; readonly op: ElementwiseOp; readonly operands: readonly number[]; readonly dtype: DType }
  /** In an epilogue: the result of reduction `reduction`, or (in a contraction) of the contraction itself. */
  | { readonly kind: 'result'; readonly reduction: number; readonly dtype: DType }

export interface Store {
  /** Position of the value to be stored. */
  readonly value: number
  readonly view: View
}

export interface Reduction {
  readonly op: ReduceOp
  readonly value: number
  readonly dtype: DType
}

/**
 * A nest of loops: for every point of `shape` compute `values` and carry out `stores`. If there are reductions they fold
 * the axes from `keptAxes` on: axes 0..keptAxes-1 are kept, the rest is folded (the scheduler orders axes so; memory
 * order is in the strides). Then, for every kept point, `epilogue` is computed and `epilogueStores` carried out.
 * Without reductions `keptAxes` is the rank and the epilogue is empty.
 */
export interface LoopKernel {
  readonly kind: 'loop'
  readonly label: string
  readonly shape: Shape
  readonly keptAxes: number
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
  readonly reductions: readonly Reduction[]
  /** Views here have one stride per kept axis. */
  readonly epilogue: readonly Value[]
  readonly epilogueStores: readonly Store[]
}

export type ContractionOp = 'matmul' | 'conv2d' | 'conv2dImageGrad' | 'conv2dKernelGrad'

/**
 * A contraction with something done to each element of its result before it is stored. `operands` are whole buffers.
 * The epilogue's iteration space is the shape of the result; `{kind:'result', reduction: 0}` is the result itself.
 */
export type ContractionKernel = {
  readonly [Op in ContractionOp]: {
    readonly kind: 'contraction'
    readonly label: string
    readonly op: Op
    readonly attributes: Attributes[Op]
    readonly operands: readonly [number, number]
    readonly operandShapes: readonly [Shape, Shape]
    readonly shape: Shape
    readonly epilogue: readonly Value[]
    readonly epilogueStores: readonly Store[]
  }
}[ContractionOp]

export type WholeOp =
  | 'maxPool'
  | 'maxPoolTake'
  | 'maxPoolPut'
  | 'averagePool'
  | 'averagePoolGrad'
  | 'gather'
  | 'scatterAdd'
  | 'random'
  | 'argmax'

/** An op that is a kernel of its own, from whole buffers to a whole buffer. */
export type WholeKernel = {
  readonly [Op in WholeOp]: {
    readonly kind: 'whole'
    readonly label: string
    readonly op: Op
    readonly attributes: Attributes[Op]
    readonly operands: readonly number[]
    readonly operandShapes: readonly Shape[]
    readonly shape: Shape
    readonly dtype: DType
    readonly output: number
  }
}[WholeOp]

/** Copies all of one buffer to another of the same size. */
export interface CopyKernel {
  readonly kind: 'copy'
  readonly label: string
  readonly from: number
  readonly to: number
}

export type Kernel = LoopKernel | ContractionKernel | WholeKernel | CopyKernel

export interface Lowered {
  /** Indexed by `Buffer.id`. */
  readonly buffers: readonly Buffer[]
  /** In the order in which they run. */
  readonly kernels: readonly Kernel[]
  readonly arenaBytes: number
}

const CONTRACTION_OPS: ReadonlySet<OpName> = new Set<ContractionOp>([
  'matmul',
  'conv2d',
  'conv2dImageGrad',
  'conv2dKernelGrad',
])

export function isContraction(op: OpName): op is ContractionOp {
  return CONTRACTION_OPS.has(op)
}

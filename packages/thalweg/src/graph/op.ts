/**
 * The language of computation: the closed list of primitive operations. Whatever a user writes is composed of these;
 * every backend implements these and nothing else; every one has a row in graph/spec.ts (what a valid use is), in
 * grad/rules.ts (its derivative) and in the contract suite (its cases).
 *
 * Adding one: this list, its spec, its gradient rule, its tensor op, its row in the op test table; and, where it has a kernel
 * of its own, a place in a family (backend/wasm/families.ts), which its tensor op provides.
 */
import type { DType, Shape, TypedArray } from '../base/index.ts'
import type { Variable } from './variable.ts'

/** One float in, one float out, element by element. `sign(0)` is 0; all of them map NaN to NaN. */
export const UNARY_OPS = [
  'neg',
  'abs',
  'sign',
  'floor',
  'ceil',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'erf',
] as const

/**
 * Two operands of one dtype and one shape (broadcasting is explicit); int32 arithmetic wraps around. `max` and `min`
 * return NaN if either is NaN, and order -0 below 0. `pow` is ECMAScript's `**`: 1 for exponent 0 whatever the base, NaN
 * for an exponent NaN and for base 1 or -1 with an infinite exponent (C and IEEE 754 say 1 there), NaN for a negative
 * base with a fractional exponent.
 */
export const BINARY_OPS = ['add', 'sub', 'mul', 'div', 'pow', 'max', 'min'] as const

/** Two operands of one dtype and one shape to bool. Anything compared with NaN is false. */
export const COMPARE_OPS = ['equal', 'less', 'lessEqual'] as const

/** Bool operands to bool. */
export const LOGICAL_OPS = ['and', 'or', 'not'] as const

/**
 * Remove `axes` by folding the elements along them. An empty `sum` is 0, an empty `reduceMax` -Infinity, an empty
 * `reduceMin` Infinity (int32: the smallest and the largest int32). NaN anywhere makes a maximum or minimum NaN.
 */
export const REDUCE_OPS = ['sum', 'reduceMax', 'reduceMin'] as const

export type UnaryOp = (typeof UNARY_OPS)[number]
export type BinaryOp = (typeof BINARY_OPS)[number]
export type CompareOp = (typeof COMPARE_OPS)[number]
export type LogicalOp = (typeof LOGICAL_OPS)[number]
export type ReduceOp = (typeof REDUCE_OPS)[number]

export interface NoAttributes {
  readonly [key: string]: never
}

/** Windows slide over height and width of NHWC images. Units: elements. */
export interface WindowAttributes {
  readonly strides: readonly [height: number, width: number]
  readonly padding: readonly [top: number, bottom: number, left: number, right: number]
}

export interface PoolAttributes extends WindowAttributes {
  readonly window: readonly [height: number, width: number]
}

export interface AveragePoolAttributes extends PoolAttributes {
  /** Whether the zeros of the padding count in the divisor. */
  readonly countPadding: boolean
}

export interface ConvAttributes extends WindowAttributes {
  readonly dilation: readonly [height: number, width: number]
  /** Input channels are split in `groups`; each sees its own share of the kernels. Depthwise: groups = input channels. */
  readonly groups: number
}

/** Stands for a derivative that a user wrote. */
export interface CustomRule {
  readonly name: string
}

/** What each op carries beside its inputs. */
export interface Attributes extends Record<UnaryOp | BinaryOp | CompareOp | LogicalOp, NoAttributes> {
  // Leaves: values that come from outside the graph.
  /** A scalar known when the graph is built. Inputs: none. */
  readonly constant: { readonly value: number; readonly dtype: DType }
  /** An array known when the graph is built. */
  readonly literal: { readonly data: TypedArray; readonly shape: Shape; readonly dtype: DType }
  /** A slot that is filled before each run: a batch, the learning rate. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly dtype: DType }
  /** The value that a variable has when the step begins, whatever the step assigns to it. */
  readonly variable: { readonly variable: Variable }
  /** int32 0, 1, 2 ... along `axis`, the same along the others. */
  readonly iota: { readonly shape: Shape; readonly axis: number }
  /**
   * Uniform float32 in [0, 1), 24 bits. Inputs: seed int32 [2] (low, high word), step int32 []. Element i is word
   * `(i >> 2) & 3` of the Philox4x32-10 block with counter ((i >> 4) * 4 + (i & 3), step, stream, 1) and key (low, high),
   * as `(word >>> 8) * 2^-24`: sixteen neighbours are four blocks, so four lanes of a vector compute one word each.
   */
  readonly random: { readonly shape: Shape; readonly stream: number }

  // Element by element.
  /** Inputs: condition (bool), then, otherwise; one shape. */
  readonly select: NoAttributes
  /** float to int32 truncates towards zero and saturates (NaN is 0); anything to bool is `!= 0`. */
  readonly cast: { readonly dtype: DType }
  /** The identity, through which no gradient flows. */
  readonly stopGradient: NoAttributes
  /**
   * The first input as it is, with a gradient that is given instead of derived. Inputs: the value, then what it was made
   * from. The graph knows the rule by its name alone; grad/custom.ts keeps what it does.
   */
  readonly customGradient: { readonly rule: CustomRule }

  // Movement: no arithmetic.
  /** Repeats along new leading axes and along axes of size 1 (NumPy's rule). */
  readonly broadcast: { readonly shape: Shape }
  readonly reshape: { readonly shape: Shape }
  /** Axis i of the result is axis `permutation[i]` of the input. */
  readonly transpose: { readonly permutation: readonly number[] }
  /** `size[i]` elements from `start[i]`, every `step[i]`-th (step >= 1). */
  readonly slice: {
    readonly start: readonly number[]
    readonly size: readonly number[]
    readonly step: readonly number[]
  }
  /** Reverses the order along `axes`. */
  readonly flip: { readonly axes: readonly number[] }
  /** `low[i]` values before, `high[i]` after and `interior[i]` between neighbours, all of them `value`. */
  readonly pad: {
    readonly low: readonly number[]
    readonly high: readonly number[]
    readonly interior: readonly number[]
    readonly value: number
  }
  /** One or more inputs that agree in every other axis. */
  readonly concat: { readonly axis: number }

  // Folding.
  readonly sum: { readonly axes: readonly number[] }
  readonly reduceMax: { readonly axes: readonly number[] }
  readonly reduceMin: { readonly axes: readonly number[] }
  /** int32 index of the first largest element along `axis` (which is removed); the first NaN counts as largest. */
  readonly argmax: { readonly axis: number }

  // Contractions.
  /** [...B, M, K] x [...B, K, N] -> [...B, M, N]; a transposed operand is stored with its last two axes swapped. */
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  /**
   * Image [B, H, W, C], kernel [kernelHeight, kernelWidth, C / groups, O] -> [B, H', W', O]; cross-correlation. Padding is
   * zeros; whether 0 times an infinite or NaN weight is NaN there, or nothing at all, is left to the backend.
   */
  readonly conv2d: ConvAttributes
  /** d conv2d / d image. Inputs: upstream [B, H', W', O], kernel. `imageSize` is [H, W]. */
  readonly conv2dImageGrad: ConvAttributes & { readonly imageSize: readonly [height: number, width: number] }
  /** d conv2d / d kernel. Inputs: image, upstream. `kernelSize` is [kernelHeight, kernelWidth]. */
  readonly conv2dKernelGrad: ConvAttributes & { readonly kernelSize: readonly [height: number, width: number] }

  // Pooling of images [B, H, W, C]. Padding never wins a maximum; the first largest in row-major order does, and the first
  // NaN counts as largest (as in argmax).
  readonly maxPool: PoolAttributes
  /** Inputs: x, v [B, H, W, C] -> [B, H', W', C]: per window, the element of v that stands where x is largest. */
  readonly maxPoolTake: PoolAttributes
  /** Inputs: x [B, H, W, C], g [B, H', W', C] -> [B, H, W, C]: adds each g to the place where x was largest. */
  readonly maxPoolPut: PoolAttributes
  readonly averagePool: AveragePoolAttributes
  /** The adjoint of averagePool. Input: upstream [B, H', W', C]. `imageSize` is [H, W]. */
  readonly averagePoolGrad: AveragePoolAttributes & { readonly imageSize: readonly [height: number, width: number] }

  // Indices. int32 indices must lie in range; the reference backend refuses others, compiled code clamps them.
  /** Inputs: x, indices [...I]. `axis` of x is replaced by the axes of the indices. */
  readonly gather: { readonly axis: number }
  /** The adjoint of gather. Inputs: updates, indices. `axis` of the result has `size` elements; repeated ones add up. */
  readonly scatterAdd: { readonly axis: number; readonly size: number }
}

export type OpName = keyof Attributes

export type ElementwiseOp = UnaryOp | BinaryOp | CompareOp | LogicalOp | 'select' | 'cast' | 'stopGradient'

/** Ops that compute each element from the elements at the same place. */
export const ELEMENTWISE_OPS: readonly ElementwiseOp[] = [
  ...UNARY_OPS,
  ...BINARY_OPS,
  ...COMPARE_OPS,
  ...LOGICAL_OPS,
  'select',
  'cast',
  'stopGradient',
]

const elementwise: ReadonlySet<OpName> = new Set(ELEMENTWISE_OPS)
const reduce: ReadonlySet<OpName> = new Set(REDUCE_OPS)

export function isElementwise(op: OpName): op is ElementwiseOp {
  return elementwise.has(op)
}

export function isReduce(op: OpName): op is ReduceOp {
  return reduce.has(op)
}

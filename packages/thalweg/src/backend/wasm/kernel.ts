/**
 * What a kernel is once it is lowered to WebAssembly: stages that run one after another. A stage is a function
 * `(start, end, pointer 0, pointer 1, ...)` over a range of work units; no address stands in its code, so stages of the
 * same key share one function, and any split of its units over threads must give the same bits.
 */
import type { Code, FunctionReference, Local } from './code.ts'
import type { ValueType } from './opcodes.ts'

/** A byte address that a stage is called with. */
export type Pointer =
  | { readonly kind: 'buffer'; readonly buffer: number }
  /** Numbers known when the kernel is lowered (offsets of rows, say), laid down once. */
  | { readonly kind: 'table'; readonly data: Int32Array }
  /** Memory for this kernel alone while it runs, seen by all threads; `offset` in bytes. */
  | { readonly kind: 'scratch'; readonly offset: number }
  /** The same, but every thread has its own; keeps nothing from stage to stage. */
  | { readonly kind: 'private'; readonly offset: number }

export interface StageParameters {
  /** The range of units to do: start <= unit < end. */
  readonly start: Local
  readonly end: Local
  /** Byte addresses, in the order of the stage's pointers. */
  readonly pointers: readonly Local[]
}

/** Functions that stages call. What many stages do is compiled once for all of them, and is hot soon. */
export interface SharedFunctions {
  /** The function of this key, written when first asked for. Its parameters are `code.parameters`. */
  function(key: string, parameters: readonly ValueType[], write: (code: Code) => void): FunctionReference
}

export interface Stage {
  /** For profilers: `dense1.matmul pack`. */
  readonly name: string
  /** Work units, each independent of the others. */
  readonly units: number
  /**
   * About how many nanoseconds all units together take one thread. Coarse: it only decides whether threads share the stage,
   * and in how many pieces.
   */
  readonly work: number
  /**
   * So many neighbouring units share a preparation (a packed panel, a copied image) that each call of the stage makes anew;
   * threads are given multiples of it. Default: 1.
   */
  readonly together?: number
  readonly pointers: readonly Pointer[]
  /** Equal keys promise equal code. */
  readonly key: string
  emit(code: Code, parameters: StageParameters, shared: SharedFunctions): void
}

export interface EmittedKernel {
  readonly stages: readonly Stage[]
  /** Bytes of `scratch`; kernels that run one after another share it. */
  readonly scratchBytes: number
  /** Bytes of `private`, per thread. */
  readonly privateBytes: number
}

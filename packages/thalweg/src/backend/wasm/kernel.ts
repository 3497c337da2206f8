/**
 * What a kernel is once it is lowered to WebAssembly: stages that run one after another. A stage is a function
 * `(start, end, pointer 0, pointer 1, ...)` over a range of work units; no address stands in its code, so stages of the
 * same key share one function, and any split of its units over threads must give the same bits.
 */
import type { Code, Local } from './code.ts'

/** A byte address that a stage is called with. */
export type Pointer =
  | { readonly kind: 'buffer'; readonly buffer: number }
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

export interface Stage {
  /** For profilers: `dense1.matmul pack`. */
  readonly name: string
  /** Work units, each independent of the others. */
  readonly units: number
  readonly pointers: readonly Pointer[]
  /** Equal keys promise equal code. */
  readonly key: string
  emit(code: Code, parameters: StageParameters): void
}

export interface EmittedKernel {
  readonly stages: readonly Stage[]
  /** Bytes of `scratch`; kernels that run one after another share it. */
  readonly scratchBytes: number
  /** Bytes of `private`, per thread. */
  readonly privateBytes: number
}

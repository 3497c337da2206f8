/**
 * What a backend is: a place that keeps values and a way to run a program over them. What it is not: it knows no
 * tensors, no layers, no gradients; it decides nothing about order, fusion or reuse of memory (compile/ did that).
 * Every backend passes the same cases (contract.ts).
 */
import type { DType, Shape, TypedArray } from '../base/index.ts'
import type { StepGraph, Variable } from '../graph/index.ts'
import type { Lowered } from './program.ts'

/** A value that a backend keeps: row-major, dense. Opaque to everyone else. */
export interface Storage {
  readonly shape: Shape
  readonly dtype: DType
}

export interface Program {
  /** The step as it was recorded. The reference backend runs this and nothing else, so no lowering can hide a bug from it. */
  readonly graph: StepGraph
  /** The same step as kernels over planned memory; worked out when first asked for. */
  readonly lowered: Lowered
}

/** A program made ready. Inputs are written, `run` is called, outputs are read; outputs stay valid until the next run. */
export interface Executable {
  /** One per `graph.inputs`, one per `graph.outputs`. */
  readonly inputs: readonly Storage[]
  readonly outputs: readonly Storage[]
  run(): void
  /**
   * The same run in parts, one function for each kernel of the lowered program, to be called in their order: for profilers.
   * Compiled when asked for. A backend that runs no kernels has none.
   */
  kernels?(): readonly (() => void)[]
  /** Gives planned memory back. The executable cannot run afterwards. */
  release(): void
}

export interface Backend {
  /** `reference` or `wasm`. */
  readonly name: string
  /** What this backend found and uses, for people and logs: `simd128`, `relaxed-simd`, `2 threads`. */
  readonly features: readonly string[]
  /** Bytes that can be had beside those that are taken, at most. A backend without it has no limit of its own. */
  room?(): number
  /** Zeroed memory that lives until `free`. Throws `backend/out-of-memory`, as {@link read} and {@link prepare} do. */
  allocate(shape: Shape, dtype: DType): Storage
  free(storage: Storage): void
  /** Copies values in; `data` must have as many elements as the storage. Float64 is rounded to what is kept. */
  write(storage: Storage, data: TypedArray): void
  /**
   * A copy of the values: Int32Array for int32 and bool; floats as this backend keeps them. Into an earlier copy of the same
   * storage, where one is given.
   */
  read(storage: Storage, into?: TypedArray): TypedArray
  /** Ends what computes beside the calling thread. Everything goes on without it, with the same bits. */
  release?(): void
  /** Compiles. `storageOf` says where each variable's value lives; updates are written there. */
  prepare(program: Program, storageOf: (variable: Variable) => Storage): Executable
}

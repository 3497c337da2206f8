/** What the versions of a kernel have in common: one problem, and one way to be run, checked and timed. */

import { referenceBackend } from 'thalweg/backend'
import { createEngine, evaluate } from 'thalweg/compile'
import { type Tensor, tensor } from 'thalweg/tensor'
import type { Features } from '../../packages/thalweg/src/backend/wasm/features.ts'

export type Shape = readonly number[]

/** A function of some float32 arrays, small enough for one kernel. */
export interface Problem {
  /** `matmul 512x512x512`. */
  readonly name: string
  readonly shapes: readonly Shape[]
  readonly resultShape: Shape
  /** Additions and multiplications, as the definition counts them. */
  readonly operations: number
  /** What is to be computed, in the house's own ops: the reference backend says what is right. */
  readonly define: (operands: readonly Tensor[]) => Tensor
}

export interface Built {
  run(): void
  /** What the last run left; a copy. */
  result(): Float32Array
}

export interface Version<Kind extends Problem = Problem> {
  /** `4 tile in registers`; the number is that of the file. */
  readonly name: string
  /** None where this engine cannot run it. */
  build(problem: Kind, operands: readonly Float32Array[], features: Features): Built | undefined
}

/** All versions of a kernel, from naive to fast. */
export interface Family<Kind extends Problem = Problem> {
  readonly versions: readonly Version<Kind>[]
  /** As timed. */
  readonly problem: Kind
  /** As tested: every loop has more than one round, and yet it takes no time. */
  readonly small: Kind
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Of both signs, all bits of the fraction in use, the same in every run. */
export function operandsOf({ shapes }: Problem): Float32Array[] {
  return shapes.map((shape, operand) =>
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(12.9898 * (i + 1) + operand)),
  )
}

/** The result in float64, by the reference backend. */
export function referenceOf({ shapes, define }: Problem, operands: readonly Float32Array[]): ArrayLike<number> {
  const result = define(operands.map((values, i) => tensor(values, shapes[i])))
  return evaluate([result.node], createEngine(referenceBackend()))[0]
}

/** The largest distance to the reference, in units of its own size (root mean square). */
export function errorOf(result: Float32Array, reference: ArrayLike<number>): number {
  let most = 0
  let squares = 0
  for (let i = 0; i < result.length; i++) {
    most = Math.max(most, Math.abs(result[i] - reference[i]))
    squares += reference[i] ** 2
  }
  return most / Math.sqrt(squares / result.length)
}

/**
 * A loop kernel run from its definition, point by point, in float64: what the tests of loop kernels compare with. It knows
 * only ops that are exact on small whole numbers.
 */
import { internal, sizeOf, stridesOf } from '../../../base/index.ts'
import type { LoopKernel, Store, Value, View } from '../../program.ts'
import { runnable, type Split } from '../run-kernel.ts'
import { emitLoop } from './loop.ts'

/** A kernel and what stands in its buffers. */
export interface LoopCase {
  readonly kernel: LoopKernel
  readonly buffers: readonly (Float32Array | Int32Array)[]
}

export interface Difference {
  readonly buffer: number
  readonly at: number
  readonly got: number
  readonly expected: number
}

/** Runs a case from its definition, and as code with its units split in each of these ways; the first difference, if any. */
export function findDifference({ kernel, buffers }: LoopCase, splits: readonly Split[]): Difference | undefined {
  const plain = buffers.map((buffer) => buffer.slice())
  runPlainly(kernel, plain)
  const code = runnable(emitLoop(kernel))
  for (const split of splits) {
    const results = buffers.map((buffer) => buffer.slice())
    code.run(results, split)
    for (const [buffer, result] of results.entries())
      for (const [at, got] of result.entries()) {
        const expected = plain[buffer][at]
        // Here 0 and -0 are the same number.
        if (got !== expected && !(Number.isNaN(got) && Number.isNaN(expected))) return { buffer, at, got, expected }
      }
  }
  return undefined
}

function evaluate(
  values: readonly Value[],
  indices: readonly number[],
  buffers: readonly (Float32Array | Int32Array)[],
  results: readonly number[] = [],
): number[] {
  const got: number[] = []
  for (const value of values) {
    if (value.kind === 'constant') got.push(value.value)
    else if (value.kind === 'index') got.push(indices[value.axis])
    else if (value.kind === 'load') got.push(buffers[value.view.buffer][placeOf(value.view, indices)])
    else if (value.kind === 'result') got.push(results[value.reduction])
    else {
      const result = applied(
        value.op,
        value.operands.map((operand) => got[operand]),
      )
      // Int32 arithmetic wraps around.
      got.push(value.dtype === 'int32' ? result | 0 : result)
    }
  }
  return got
}

function applied(op: string, [a, b, c]: number[]): number {
  switch (op) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'max':
      return Math.max(a, b)
    case 'min':
      return Math.min(a, b)
    case 'neg':
      return -a
    case 'abs':
      return Math.abs(a)
    case 'sign':
      return Math.sign(a)
    case 'less':
      return a < b ? 1 : 0
    case 'lessEqual':
      return a <= b ? 1 : 0
    case 'equal':
      return a === b ? 1 : 0
    case 'select':
      return a !== 0 ? b : c
    case 'cast':
      return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(a)))
    default:
      throw internal(`${op} is not among the ops of whole numbers`)
  }
}

export function placeOf({ offset, strides }: View, indices: readonly number[]): number {
  return strides.reduce((place, stride, axis) => place + stride * indices[axis], offset)
}

export function* points(shape: readonly number[]): Generator<number[]> {
  const count = sizeOf(shape)
  const strides = stridesOf(shape)
  for (let i = 0; i < count; i++) yield shape.map((size, axis) => Math.floor(i / strides[axis]) % size)
}

const START = { sum: 0, reduceMax: -Infinity, reduceMin: Infinity }

function runPlainly(kernel: LoopKernel, buffers: readonly (Float32Array | Int32Array)[]): void {
  const kept = kernel.shape.slice(0, kernel.keptAxes)
  const before = buffers.map((buffer) => buffer.slice())
  const store = (stores: readonly Store[], got: readonly number[], indices: readonly number[]): void => {
    for (const { value, view } of stores) buffers[view.buffer][placeOf(view, indices)] = got[value]
  }
  for (const outer of points(kept)) {
    const results = kernel.reductions.map(({ op, dtype }) =>
      dtype === 'float32' || op === 'sum' ? START[op] : op === 'reduceMax' ? -(2 ** 31) : 2 ** 31 - 1,
    )
    for (const inner of points(kernel.shape.slice(kernel.keptAxes))) {
      const indices = [...outer, ...inner]
      const got = evaluate(kernel.values, indices, before)
      store(kernel.stores, got, indices)
      kernel.reductions.forEach(({ op, value }, r) => {
        if (op === 'sum') results[r] += got[value]
        else results[r] = applied(op === 'reduceMax' ? 'max' : 'min', [results[r], got[value]])
      })
    }
    store(kernel.epilogueStores, evaluate(kernel.epilogue, outer, before, results), outer)
  }
}

/** Folding values into accumulators: the instructions of each reduction, its start, and the fold of four lanes into one. */
import type { DType } from '../../../base/index.ts'
import type { Reduction } from '../../program.ts'
import type { Code, Local } from '../code.ts'
import { LANES, type Lanes } from '../lanes.ts'
import { constantLanes } from '../math.ts'
import type { PlainOp } from '../opcodes.ts'
import { apply, choose, push, type Registers, type Term } from '../terms.ts'

type FoldOp = Reduction['op']

const COMBINE: { readonly [Op in FoldOp]: { readonly float32: PlainOp; readonly int32: PlainOp } } = {
  sum: { float32: 'f32x4.add', int32: 'i32x4.add' },
  reduceMax: { float32: 'f32x4.max', int32: 'i32x4.max_s' },
  reduceMin: { float32: 'f32x4.min', int32: 'i32x4.min_s' },
}

/** What a fold of nothing gives. */
export const NEUTRAL: { readonly [Op in FoldOp]: { readonly [D in DType]: number } } = {
  sum: { float32: 0, int32: 0, bool: 0 },
  reduceMax: { float32: Number.NEGATIVE_INFINITY, int32: -0x80000000, bool: 0 },
  reduceMin: { float32: Number.POSITIVE_INFINITY, int32: 0x7fffffff, bool: 1 },
}

export function combine({ op, dtype }: Reduction, a: Term, b: Term): Term {
  return apply(COMBINE[op][dtype === 'float32' ? 'float32' : 'int32'], a, b)
}

export function neutral({ op, dtype }: Reduction): Term {
  return constantLanes(NEUTRAL[op][dtype], dtype)
}

/** A fresh accumulator, set to the start. */
export function accumulator(registers: Registers, reduction: Reduction): Local {
  const local = registers.take()
  push(registers.code, neutral(reduction))
  registers.code.set(local)
  return local
}

export function accumulate(code: Code, reduction: Reduction, into: Local, value: Term): void {
  push(code, combine(reduction, into, value))
  code.set(into)
}

/** Folds the accumulators of one reduction into the first, by halves: always in the same order. */
export function foldAccumulators(code: Code, reduction: Reduction, accumulators: readonly Local[]): Local {
  for (let distance = 1; distance < accumulators.length; distance *= 2)
    for (let i = 0; i + distance < accumulators.length; i += 2 * distance)
      accumulate(code, reduction, accumulators[i], accumulators[i + distance])
  return accumulators[0]
}

/** Folds the four lanes of an accumulator; all four lanes hold the result. */
export function foldLanes(code: Code, reduction: Reduction, from: Local): void {
  accumulate(code, reduction, from, (c) => c.get(from).get(from).shuffle(2, 3, 0, 1))
  accumulate(code, reduction, from, (c) => c.get(from).get(from).shuffle(1, 0, 3, 2))
}

/** The value in its first lanes, the start of the fold in the others. */
export function onlyLanes(reduction: Reduction, value: Term, lanes: Lanes): Term {
  if (lanes === LANES) return value
  const mask: Term = (code) => code.i32x4(-1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0)
  return choose(mask, value, neutral(reduction))
}

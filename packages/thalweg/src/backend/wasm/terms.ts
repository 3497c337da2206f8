/**
 * Vector formulas as expressions. A term leaves one value on the stack when it is pushed; combining terms emits nothing
 * yet, so a formula reads as in a book: `keep(registers, add(mul(x, x), 1))`. A term that is used twice must be kept in a
 * register first, or it is computed twice.
 */
import type { Code, Local } from './code.ts'
import type { PlainOp, ValueType } from './opcodes.ts'

/** A number stands for that float32 in all four lanes. */
export type Term = number | Local | ((code: Code) => void)

export function push(code: Code, term: Term): void {
  if (typeof term === 'number') code.f32x4(term)
  else if (typeof term === 'function') term(code)
  else code.get(term)
}

/** Any instruction whose operands all come from the stack. */
export function apply(op: PlainOp, ...operands: readonly Term[]): Term {
  return (code) => {
    for (const operand of operands) push(code, operand)
    code.op(op)
  }
}

type Unary = (a: Term) => Term
type Binary = (a: Term, b: Term) => Term

const unary =
  (op: PlainOp): Unary =>
  (a) =>
    apply(op, a)
const binary =
  (op: PlainOp): Binary =>
  (a, b) =>
    apply(op, a, b)

export const add: Binary = binary('f32x4.add')
export const sub: Binary = binary('f32x4.sub')
export const mul: Binary = binary('f32x4.mul')
export const div: Binary = binary('f32x4.div')
export const abs: Unary = unary('f32x4.abs')
export const neg: Unary = unary('f32x4.neg')
export const less: Binary = binary('f32x4.lt')
export const equal: Binary = binary('f32x4.eq')
export const and: Binary = binary('v128.and')
export const or: Binary = binary('v128.or')
export const xor: Binary = binary('v128.xor')
export const addInt: Binary = binary('i32x4.add')
export const subInt: Binary = binary('i32x4.sub')

/** The smaller, or `a` if that is NaN. */
export const atMost: Binary = binary('f32x4.pmin')
/** The larger, or `a` if that is NaN. */
export const atLeast: Binary = binary('f32x4.pmax')

/** Bits of `then` where the mask is 1, of `otherwise` where it is 0. */
export function choose(mask: Term, then: Term, otherwise: Term): Term {
  return apply('v128.bitselect', then, otherwise, mask)
}

/** An int32 in all four lanes. */
export function int(value: number): Term {
  return (code) => code.i32x4(value)
}

/** A float64 in both lanes. */
export function double(value: number): Term {
  return (code) => code.f64x2(value)
}

export function shiftLeft(a: Term, bits: number): Term {
  return apply('i32x4.shl', a, (code: Code) => code.i32(bits))
}

export function shiftRight(a: Term, bits: number): Term {
  return apply('i32x4.shr_s', a, (code: Code) => code.i32(bits))
}

const SIGN = int(0x80000000)

/** `magnitude`, which must not be negative, with the sign of `sign`. */
export function withSign(magnitude: Term, sign: Term): Term {
  return or(magnitude, and(sign, SIGN))
}

/** `c0 + x (c1 + x (c2 + ...))` by Horner's rule. */
export function polynomial(x: Local, coefficients: readonly number[]): Term {
  const [last, ...rest] = [...coefficients].reverse()
  return rest.reduce<Term>((sum, c) => add(mul(sum, x), c), last)
}

const pick =
  (a: number, b: number, c: number, d: number): Binary =>
  (first, second) =>
  (code) => {
    push(code, first)
    push(code, second)
    code.shuffle(a, b, c, d)
  }

/** Lanes 0 and 1, for instructions that widen them: the vector itself. */
export const lowerHalf = (a: Term): Term => a
const upper: Binary = pick(2, 3, 2, 3)
/** Lanes 2 and 3, moved to where instructions that widen look for them. */
export const upperHalf: Unary = (a) => upper(a, a)
/** Lanes 0 and 1 of both. */
export const joinHalves: Binary = pick(0, 1, 4, 5)
/** The low words of two vectors of 64-bit lanes. */
export const lowWords: Binary = pick(0, 2, 4, 6)

/** Like `polynomial`, on two float64 lanes. */
export function doublePolynomial(x: Local, coefficients: readonly number[]): Term {
  const [last, ...rest] = coefficients.map(double).reverse()
  return rest.reduce((sum, c) => apply('f64x2.add', apply('f64x2.mul', sum, x), c), last)
}

/** Hands out locals, and hands them out again when the scope that asked for them is over. */
export class Registers {
  readonly code: Code
  private readonly free: Partial<Record<ValueType, Local[]>> = {}
  private taken: Local[] = []

  constructor(code: Code) {
    this.code = code
  }

  take(type: ValueType = 'v128'): Local {
    const local = this.free[type]?.pop() ?? this.code.local(type)
    this.taken.push(local)
    return local
  }

  /** Everything taken inside is free again afterwards; what `body` pushed on the stack stays. */
  scope<Result>(body: () => Result): Result {
    const outer = this.taken
    this.taken = []
    const result = body()
    for (const local of this.taken) {
      this.free[local.type] ??= []
      this.free[local.type]?.push(local)
    }
    this.taken = outer
    return result
  }
}

/** Computes a term now, into a register of the current scope. */
export function keep(registers: Registers, term: Term): Local {
  push(registers.code, term)
  const local = registers.take()
  registers.code.set(local)
  return local
}

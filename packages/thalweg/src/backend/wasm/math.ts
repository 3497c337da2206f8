/**
 * The elementwise ops on four lanes. Floats, int32 and masks (a bool in registers is a mask of all bits of its lane) each
 * have their own instructions; the functions that no machine has are polynomials, in math/.
 */
import { type DType, internal } from '../../base/index.ts'
import type { BinaryOp, CompareOp, ElementwiseOp, UnaryOp } from '../../graph/index.ts'
import type { Local } from './code.ts'
import { type FamilyFunction, familyFunction } from './families.ts'
import { exp, expm1, sigmoid, tanh } from './math/exponential.ts'
import { log, log1p } from './math/logarithm.ts'
import { pow } from './math/power.ts'
import type { PlainOp } from './opcodes.ts'
import { and, apply, choose, int, keep, or, type Registers, shiftRight, subInt, type Term } from './terms.ts'

type Emit = (registers: Registers, operands: readonly Term[]) => Term

const plain =
  (op: PlainOp): Emit =>
  (_, operands) =>
    apply(op, ...operands)

/** For formulas that use their operands more than once. */
const formula =
  (write: (registers: Registers, ...operands: Local[]) => Term): Emit =>
  (registers, operands) =>
    write(registers, ...operands.map((operand) => inRegister(registers, operand)))

/** For those that not every program has. */
const ofFamily = (op: FamilyFunction): Emit => formula((registers, x) => familyFunction(op)(registers, x))

function inRegister(registers: Registers, term: Term): Local {
  return typeof term === 'object' ? term : keep(registers, term)
}

/** -1, 0 or 1 with the sign of x; zeros and NaN stay as they are. */
function sign(_: Registers, x: Local): Term {
  const isNonZero = apply('f32x4.gt', apply('f32x4.abs', x), 0)
  return choose(isNonZero, or(and(x, int(0x80000000)), 1), x)
}

const FLOAT: { readonly [Op in UnaryOp | BinaryOp | CompareOp]: Emit } = {
  neg: plain('f32x4.neg'),
  abs: plain('f32x4.abs'),
  sign: formula(sign),
  floor: plain('f32x4.floor'),
  ceil: plain('f32x4.ceil'),
  exp: formula(exp),
  expm1: formula(expm1),
  log: formula(log),
  log1p: formula(log1p),
  sqrt: plain('f32x4.sqrt'),
  sin: ofFamily('sin'),
  cos: ofFamily('cos'),
  tanh: formula(tanh),
  sigmoid: formula(sigmoid),
  erf: ofFamily('erf'),
  add: plain('f32x4.add'),
  sub: plain('f32x4.sub'),
  mul: plain('f32x4.mul'),
  div: plain('f32x4.div'),
  pow: formula(pow),
  max: plain('f32x4.max'),
  min: plain('f32x4.min'),
  equal: plain('f32x4.eq'),
  less: plain('f32x4.lt'),
  lessEqual: plain('f32x4.le'),
}

const INT: { readonly [Op in ElementwiseOp]?: Emit } = {
  neg: plain('i32x4.neg'),
  abs: plain('i32x4.abs'),
  // The mask of x > 0 is -1: its negative is 1.
  sign: formula((_, x) => subInt(shiftRight(x, 31), apply('i32x4.gt_s', x, int(0)))),
  add: plain('i32x4.add'),
  sub: plain('i32x4.sub'),
  mul: plain('i32x4.mul'),
  max: plain('i32x4.max_s'),
  min: plain('i32x4.min_s'),
  equal: plain('i32x4.eq'),
  less: plain('i32x4.lt_s'),
  lessEqual: plain('i32x4.le_s'),
}

const MASK: { readonly [Op in ElementwiseOp]?: Emit } = {
  and: plain('v128.and'),
  or: plain('v128.or'),
  not: plain('v128.not'),
}

const CAST: { readonly [From in DType]: { readonly [To in DType]: (x: Term) => Term } } = {
  float32: {
    float32: (x) => x,
    // Truncates and saturates; NaN becomes 0.
    int32: (x) => apply('i32x4.trunc_sat_f32x4_s', x),
    bool: (x) => apply('f32x4.ne', x, 0),
  },
  int32: {
    float32: (x) => apply('f32x4.convert_i32x4_s', x),
    int32: (x) => x,
    bool: (x) => apply('i32x4.ne', x, int(0)),
  },
  bool: {
    float32: (x) => and(x, 1),
    int32: (x) => and(x, int(1)),
    bool: (x) => x,
  },
}

const BY_DTYPE: { readonly [From in DType]: { readonly [Op in ElementwiseOp]?: Emit } } = {
  float32: FLOAT,
  int32: INT,
  bool: MASK,
}

/** `op` on operands of dtype `from` (for select: that of its values), giving `to`. May emit code for parts of it at once. */
export function elementwise(
  registers: Registers,
  op: ElementwiseOp,
  operands: readonly Term[],
  from: DType,
  to: DType,
): Term {
  if (op === 'select') return choose(operands[0], operands[1], operands[2])
  if (op === 'cast') return CAST[from][to](operands[0])
  if (op === 'stopGradient') return operands[0]
  const emit = BY_DTYPE[from][op]
  if (emit === undefined) throw internal(`no vector code for ${op} on ${from}`)
  return emit(registers, operands)
}

/** `value` in all lanes, as it stands in registers. */
export function constantLanes(value: number, dtype: DType): Term {
  if (dtype === 'float32') return value
  return int(dtype === 'int32' ? value : value === 0 ? 0 : -1)
}

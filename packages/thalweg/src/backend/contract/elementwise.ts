/** Cases of the ops that work element by element. */
import type { DType, Random } from '../../base/index.ts'
import type { BinaryOp, CompareOp, ElementwiseOp, LogicalOp, NoAttributes, UnaryOp } from '../../graph/index.ts'
import type { CaseOperand, DrawCase, DrawFamily } from './case.ts'
import * as draws from './draw.ts'

const { awayFromIntegers, awayFromZero, edgeValue, extremeValue, kindOf, magnitudes, movedOperand, uniformIn } = draws

interface Domain {
  readonly smooth: draws.DrawValue
  /** Where the function has something to show; half of the extreme values. */
  readonly wide: draws.DrawValue
}

const DOMAINS: { readonly [Op in UnaryOp]: Domain } = {
  neg: { smooth: awayFromZero, wide: extremeValue },
  abs: { smooth: awayFromZero, wide: extremeValue },
  sign: { smooth: awayFromZero, wide: extremeValue },
  floor: { smooth: awayFromIntegers, wide: magnitudes(-2, 10) },
  ceil: { smooth: awayFromIntegers, wide: magnitudes(-2, 10) },
  exp: { smooth: uniformIn(-3, 3), wide: uniformIn(-110, 92) },
  expm1: { smooth: uniformIn(-3, 3), wide: magnitudes(-9, 1.9) },
  log: { smooth: uniformIn(0.2, 4), wide: magnitudes(-44, 38, true) },
  log1p: { smooth: uniformIn(-0.7, 3), wide: magnitudes(-9, 38, true) },
  sqrt: { smooth: uniformIn(0.2, 4), wide: magnitudes(-44, 38, true) },
  sin: { smooth: uniformIn(-4, 4), wide: magnitudes(-4, 3.9) },
  cos: { smooth: uniformIn(-4, 4), wide: magnitudes(-4, 3.9) },
  tanh: { smooth: uniformIn(-3, 3), wide: magnitudes(-8, 1.5) },
  sigmoid: { smooth: uniformIn(-3, 3), wide: magnitudes(-3, 2) },
  erf: { smooth: uniformIn(-3, 3), wide: magnitudes(-8, 1) },
}

const unary: DrawFamily<UnaryOp, NoAttributes> = (draw, turn, op) => {
  const kind = kindOf(turn)
  const integers = (op === 'neg' || op === 'abs' || op === 'sign') && turn % 5 === 4
  const { smooth, wide } = DOMAINS[op]
  const extreme: draws.DrawValue = (...at) => (at[0].bits() % 4 === 0 ? extremeValue(...at) : wide(...at))
  const floats = { smooth, edge: edgeValue, extreme }[kind]
  const shape = draws.drawShape(draw, turn)
  const x = integers
    ? movedOperand(draw, shape, 'int32', draws.integerValue)
    : movedOperand(draw, shape, 'float32', floats)
  return { kind, attributes: {}, operands: [x] }
}

/** Values on the grid of tenths, the second operand's between the first's: never equal, however they are moved. */
function onGrid(offset: number): draws.DrawValue {
  return (draw) => (draw.integer(41) - 20) / 10 + offset
}

/** Small whole and half numbers among others: compilers know rules for them. */
const exponent: draws.DrawValue = (draw) => (draw.bits() % 2 === 0 ? (draw.integer(9) - 4) / 2 : 4 * draw.uniform() - 2)

function smoothPair(op: BinaryOp | CompareOp): [draws.DrawValue, draws.DrawValue] {
  if (op === 'pow') return [uniformIn(0.3, 2.5), exponent]
  if (op === 'div') return [awayFromZero, (...at) => 3 * awayFromZero(...at)]
  return [onGrid(0), onGrid(0.05)]
}

function extremePair(op: BinaryOp | CompareOp): [draws.DrawValue, draws.DrawValue] {
  if (op !== 'pow') return [extremeValue, extremeValue]
  const wholeOrNot: draws.DrawValue = (draw, place, count) =>
    draw.bits() % 2 === 0 ? draw.integer(21) - 10 : magnitudes(-2, 1)(draw, place, count)
  return [magnitudes(-12, 12), wholeOrNot]
}

/** Numbers that compilers know rules for, on either side of every nasty number. */
const NOTABLE = [0, -0, 1, -1, 2, 0.5, -2] as const

function withNotable(draw: Random, number: number): CaseOperand[] {
  const shape = [3, 23]
  const nasty: draws.DrawValue = (stream, place, count) => draws.NASTY[place] ?? edgeValue(stream, place, count)
  const x = draws.operand(draw, shape, 'float32', nasty)
  const known = draws.constantOperand(draw, shape, 'float32', () => NOTABLE[(number >> 1) % NOTABLE.length])
  return number % 2 === 0 ? [x, known] : [known, x]
}

const binary: DrawFamily<BinaryOp | CompareOp, NoAttributes> = (draw, turn, op) => {
  const kind = kindOf(turn)
  if (turn % 8 === 1) return { kind, attributes: {}, operands: withNotable(draw, turn >> 3) }
  const dtype: DType = op !== 'div' && op !== 'pow' && turn % 5 === 4 ? 'int32' : 'float32'
  const shape = draws.drawShape(draw, turn)
  const [first, second] =
    dtype === 'int32'
      ? [draws.integerValue, draws.integerValue]
      : { smooth: smoothPair(op), edge: [edgeValue, edgeValue], extreme: extremePair(op) }[kind]
  const operands = [movedOperand(draw, shape, dtype, first), movedOperand(draw, shape, dtype, second)]
  return { kind, attributes: {}, operands }
}

const logical: DrawFamily<LogicalOp, NoAttributes> = (draw, turn, op) => {
  const shape = draws.drawShape(draw, turn)
  const operands = Array.from({ length: op === 'not' ? 1 : 2 }, () =>
    movedOperand(draw, shape, 'bool', draws.boolValue),
  )
  return { kind: kindOf(turn), attributes: {}, operands }
}

const DTYPES: readonly DType[] = ['float32', 'int32', 'bool']

const select: DrawCase<'select'> = (draw, turn) => {
  const kind = kindOf(turn)
  const shape = draws.drawShape(draw, turn)
  const dtype = turn % 3 === 0 ? DTYPES[(turn / 3) % 3] : 'float32'
  const value = draws.usualValue(dtype, kind)
  const condition = movedOperand(draw, shape, 'bool', draws.boolValue)
  const operands = [condition, movedOperand(draw, shape, dtype, value), movedOperand(draw, shape, dtype, value)]
  return { kind, attributes: {}, operands }
}

const cast: DrawCase<'cast'> = (draw, turn) => {
  const kind = kindOf(turn)
  const from = DTYPES[turn % 3]
  const dtype = DTYPES[Math.floor(turn / 3) % 3]
  const nearTheLimits: draws.DrawValue = (...at) =>
    at[0].bits() % 2 === 0 ? magnitudes(-1, 11)(...at) : extremeValue(...at)
  const value = from === 'float32' && kind === 'extreme' ? nearTheLimits : draws.usualValue(from, kind)
  return { kind, attributes: { dtype }, operands: [movedOperand(draw, draws.drawShape(draw, turn), from, value)] }
}

const stopGradient: DrawCase<'stopGradient'> = (draw, turn) => {
  const kind = kindOf(turn)
  const dtype = DTYPES[turn % 3]
  const x = movedOperand(draw, draws.drawShape(draw, turn), dtype, draws.usualValue(dtype, kind))
  return { kind, attributes: {}, operands: [x] }
}

const customGradient: DrawCase<'customGradient'> = (draw, turn) => {
  const kind = kindOf(turn)
  const value = movedOperand(draw, draws.drawShape(draw, turn), 'float32', draws.usualValue('float32', kind))
  return { kind, attributes: { rule: { name: 'of nothing' } }, operands: [value] }
}

export const CUSTOM_CASES: { readonly customGradient: DrawCase<'customGradient'> } = { customGradient }

export const ELEMENTWISE_CASES: { readonly [Op in ElementwiseOp]: DrawCase<Op> } = {
  neg: unary,
  abs: unary,
  sign: unary,
  floor: unary,
  ceil: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  sin: unary,
  cos: unary,
  tanh: unary,
  sigmoid: unary,
  erf: unary,
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  pow: binary,
  max: binary,
  min: binary,
  equal: binary,
  less: binary,
  lessEqual: binary,
  and: logical,
  or: logical,
  not: logical,
  select,
  cast,
  stopGradient,
}

/** Ops that compute each element from the elements at the same place. Int32 arithmetic wraps around. */
import type { BinaryOp, CompareOp, ElementwiseOp, UnaryOp } from '../../graph/index.ts'
import { erf } from './erf.ts'
import { castNumber, type Evaluate, resultOf } from './value.ts'

/** Never exponentiates a positive number, so that nothing overflows. */
function sigmoid(x: number): number {
  const small = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}

const UNARY: { readonly [Op in UnaryOp]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid,
  erf,
}

const BINARY: { readonly [Op in BinaryOp]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  max: Math.max,
  min: Math.min,
}

const COMPARE: { readonly [Op in CompareOp]: (a: number, b: number) => boolean } = {
  equal: (a, b) => a === b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
}

const unary: Evaluate<UnaryOp> = (node, [x]) => {
  const apply = UNARY[node.op]
  const result = resultOf(node)
  // Storing to an Int32Array takes the low 32 bits, which is what wrapping means.
  for (let i = 0; i < result.length; i++) result[i] = apply(x[i])
  return result
}

const binary: Evaluate<BinaryOp> = (node, [a, b]) => {
  const apply = node.op === 'mul' && node.dtype === 'int32' ? Math.imul : BINARY[node.op]
  const result = resultOf(node)
  for (let i = 0; i < result.length; i++) result[i] = apply(a[i], b[i])
  return result
}

const compare: Evaluate<CompareOp> = (node, [a, b]) => {
  const apply = COMPARE[node.op]
  const result = resultOf(node)
  for (let i = 0; i < result.length; i++) result[i] = apply(a[i], b[i]) ? 1 : 0
  return result
}

/** The value itself, of any shape. */
export const CUSTOM: { readonly customGradient: Evaluate<'customGradient'> } = { customGradient: (_, [value]) => value }

export const ELEMENTWISE: { readonly [Op in ElementwiseOp]: Evaluate<Op> } = {
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

  equal: compare,
  less: compare,
  lessEqual: compare,

  and: (_, [a, b]) => Int32Array.from(a, (value, i) => value & b[i]),
  or: (_, [a, b]) => Int32Array.from(a, (value, i) => value | b[i]),
  not: (_, [a]) => Int32Array.from(a, (value) => 1 - value),

  select: (node, [condition, then, otherwise]) => {
    const result = resultOf(node)
    for (let i = 0; i < result.length; i++) result[i] = condition[i] === 0 ? otherwise[i] : then[i]
    return result
  },
  cast: (node, [x]) => {
    if (node.dtype === node.inputs[0].dtype) return x
    const result = resultOf(node)
    for (let i = 0; i < result.length; i++) result[i] = castNumber(x[i], node.dtype)
    return result
  },
  stopGradient: (_, [x]) => x,
}

/** Ops whose every element comes from one element of each operand. */
import { sameShape } from '../../base/index.ts'
import { BINARY_OPS, COMPARE_OPS, type OpName, UNARY_OPS } from '../op.ts'
import { refuse, requireDType, requireSameType, type ValueType } from '../operands.ts'
import { family, type Infer, type Rows } from './row.ts'

const unary: { operands: number; infer: Infer<(typeof UNARY_OPS)[number]> } = {
  operands: 1,
  infer: ([x], _, op) => {
    requireDType(op, [x], op === 'neg' || op === 'abs' || op === 'sign' ? ['float32', 'int32'] : ['float32'])
    return x
  },
}

const binary: { operands: number; infer: Infer<(typeof BINARY_OPS)[number]> } = {
  operands: 2,
  infer: ([a, b], _, op) => {
    requireDType(op, [a, b], op === 'div' || op === 'pow' ? ['float32'] : ['float32', 'int32'])
    requireSameType(op, [a, b])
    return a
  },
}

const compare: { operands: number; infer: Infer<(typeof COMPARE_OPS)[number]> } = {
  operands: 2,
  infer: ([a, b], _, op) => {
    requireDType(op, [a, b], ['float32', 'int32'])
    requireSameType(op, [a, b])
    return { shape: a.shape, dtype: 'bool' }
  },
}

const logical = {
  infer: (operands: readonly ValueType[], _: unknown, op: OpName): ValueType => {
    requireDType(op, operands, ['bool'])
    requireSameType(op, operands)
    return operands[0]
  },
}

export const ELEMENTWISE: Rows<
  | (typeof UNARY_OPS)[number]
  | (typeof BINARY_OPS)[number]
  | (typeof COMPARE_OPS)[number]
  | 'and'
  | 'or'
  | 'not'
  | 'select'
  | 'cast'
  | 'stopGradient'
  | 'customGradient'
> = {
  ...family(UNARY_OPS, unary),
  ...family(BINARY_OPS, binary),
  ...family(COMPARE_OPS, compare),
  and: { operands: 2, ...logical },
  or: { operands: 2, ...logical },
  not: { operands: 1, ...logical },
  select: {
    operands: 3,
    infer: ([condition, then, otherwise], _, op) => {
      requireDType(op, [condition], ['bool'])
      requireSameType(op, [then, otherwise])
      if (!sameShape(condition.shape, then.shape))
        refuse(
          op,
          'the condition must have the shape of the values',
          [condition, then, otherwise],
          'broadcast it first',
        )
      return then
    },
  },
  cast: { operands: 1, infer: ([x], { dtype }) => ({ shape: x.shape, dtype }) },
  stopGradient: { operands: 1, infer: ([x]) => x },
  customGradient: {
    operands: 'some',
    infer: ([value], _, op) => {
      requireDType(op, [value], ['float32'])
      return value
    },
  },
}

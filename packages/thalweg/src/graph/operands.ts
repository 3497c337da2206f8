/** The type of a value, and what an op may require of its operands: each requirement holds or is a three-line error. */
import { type DType, formatShape, type Shape, sameShape, ThalwegError } from '../base/index.ts'
import type { OpName } from './op.ts'

/** The type of a value. */
export interface ValueType {
  readonly shape: Shape
  readonly dtype: DType
}

function describe(operands: readonly ValueType[]): string {
  return operands.map(({ shape, dtype }) => `${dtype} ${formatShape(shape)}`).join(', ')
}

export function refuse(op: OpName, rule: string, operands: readonly ValueType[], advice: string, also = ''): never {
  throw new ThalwegError('graph/invalid-operation', {
    rule: `${op}: ${rule}`,
    received: [describe(operands), also].filter(Boolean).join('; '),
    try: advice,
  })
}

export function requireDType(op: OpName, operands: readonly ValueType[], allowed: readonly DType[]): void {
  if (operands.every(({ dtype }) => allowed.includes(dtype))) return
  refuse(op, `operands must be ${allowed.join(' or ')}`, operands, `cast the operand to ${allowed[0]} first`)
}

export function requireSameType(op: OpName, operands: readonly ValueType[]): void {
  const [first] = operands
  if (!operands.every(({ dtype }) => dtype === first.dtype))
    refuse(op, 'operands must have one dtype', operands, 'cast one of them')
  if (!operands.every(({ shape }) => sameShape(shape, first.shape)))
    refuse(op, 'operands must have one shape', operands, 'broadcast or reshape one of them')
}

export function requireAxes(op: OpName, operand: ValueType, axes: readonly number[]): void {
  const rank = operand.shape.length
  const valid = axes.every((axis, i) => Number.isInteger(axis) && axis >= 0 && axis < rank && axes.indexOf(axis) === i)
  if (valid) return
  refuse(
    op,
    `axes must be distinct and in 0..${rank - 1}`,
    [operand],
    'count axes from 0 at the left',
    `axes [${axes}]`,
  )
}

export function requireShape(op: OpName, shape: Shape, operands: readonly ValueType[] = []): void {
  if (shape.every((dimension) => Number.isInteger(dimension) && dimension >= 0)) return
  const advice = 'check how the size was computed; it may have been divided or left undefined'
  refuse(op, 'sizes must be whole numbers, 0 or more', operands, advice, `shape ${formatShape(shape)}`)
}

export function requireRank(op: OpName, operands: readonly ValueType[], rank: number, meaning: string): void {
  if (operands.every(({ shape }) => shape.length === rank)) return
  refuse(op, `operands must have ${rank} dimensions, ${meaning}`, operands, `reshape the operand to ${meaning}`)
}

export function requireGroups(op: OpName, operands: readonly ValueType[], groups: number, ...channels: number[]): void {
  const divides = Number.isInteger(groups) && groups >= 1 && channels.every((count) => count % groups === 0)
  if (divides) return
  refuse(
    op,
    'groups must divide the input and the output channels',
    operands,
    'use groups of 1, or change the channels',
    `groups ${groups}, channels ${channels}`,
  )
}

export function requireUpstream(
  op: OpName,
  operands: readonly ValueType[],
  upstream: ValueType,
  expected: Shape,
): void {
  if (sameShape(upstream.shape, expected)) return
  refuse(
    op,
    `the upstream gradient must be ${formatShape(expected)}`,
    operands,
    'pass the gradient of the matching forward op',
  )
}

/**
 * What a valid use of each op is, as a table: from the operands' types and the attributes to the type of the result, or
 * a three-line error. Written once here, so that no backend and no gradient rule has to check again.
 */
import { formatShape, reduceShape, sameShape, sizeOf, ThalwegError } from '../base/index.ts'
import { type Attributes, BINARY_OPS, COMPARE_OPS, type OpName, REDUCE_OPS, UNARY_OPS } from './op.ts'
import {
  refuse,
  requireAxes,
  requireDType,
  requireGroups,
  requireRank,
  requireSameType,
  requireShape,
  requireUpstream,
  type ValueType,
} from './operands.ts'
import { convImage, pooled } from './window.ts'

type Infer<Op extends OpName> = (operands: readonly ValueType[], attributes: Attributes[Op], op: Op) => ValueType
type Spec = { readonly [Op in OpName]: { readonly operands: number | 'some'; readonly infer: Infer<Op> } }

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

const reduce: { operands: number; infer: Infer<(typeof REDUCE_OPS)[number]> } = {
  operands: 1,
  infer: ([x], { axes }, op) => {
    requireDType(op, [x], ['float32', 'int32'])
    requireAxes(op, x, axes)
    return { shape: reduceShape(x.shape, axes, false), dtype: x.dtype }
  },
}

/** One row for each of a family's ops. */
function family<Op extends OpName, Row>(ops: readonly Op[], row: Row): Record<Op, Row> {
  return Object.fromEntries(ops.map((op) => [op, row])) as Record<Op, Row>
}

export const SPEC: Spec = {
  constant: { operands: 0, infer: (_, { dtype }) => ({ shape: [], dtype }) },
  literal: {
    operands: 0,
    infer: (_, { data, shape, dtype }, op) => {
      requireShape(op, shape)
      if (data.length !== sizeOf(shape))
        refuse(
          op,
          'the data must fill the shape',
          [],
          `give ${sizeOf(shape)} values, or another shape`,
          `${data.length} values for shape ${formatShape(shape)}`,
        )
      return { shape, dtype }
    },
  },
  input: {
    operands: 0,
    infer: (_, { shape, dtype }, op) => {
      requireShape(op, shape)
      return { shape, dtype }
    },
  },
  variable: { operands: 0, infer: (_, { variable }) => ({ shape: variable.shape, dtype: variable.dtype }) },
  iota: {
    operands: 0,
    infer: (_, { shape, axis }, op) => {
      requireShape(op, shape)
      requireAxes(op, { shape, dtype: 'int32' }, [axis])
      return { shape, dtype: 'int32' }
    },
  },
  random: {
    operands: 2,
    infer: ([seed, step], { shape }, op) => {
      requireShape(op, shape)
      requireDType(op, [seed, step], ['int32'])
      if (!sameShape(seed.shape, [2]) || step.shape.length !== 0)
        refuse(
          op,
          'seed must be [2] and step a scalar',
          [seed, step],
          'pass the two words of the seed and the step number',
        )
      return { shape, dtype: 'float32' }
    },
  },

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

  broadcast: {
    operands: 1,
    infer: ([x], { shape }, op) => {
      requireShape(op, shape, [x])
      const offset = shape.length - x.shape.length
      const fits =
        offset >= 0 && x.shape.every((dimension, axis) => dimension === 1 || dimension === shape[offset + axis])
      if (!fits)
        refuse(
          op,
          'a size must stay the same or grow from 1',
          [x],
          'insert axes of size 1 where the value is to repeat',
          `to ${formatShape(shape)}`,
        )
      return { shape, dtype: x.dtype }
    },
  },
  reshape: {
    operands: 1,
    infer: ([x], { shape }, op) => {
      requireShape(op, shape, [x])
      if (sizeOf(shape) !== sizeOf(x.shape))
        refuse(
          op,
          'the number of elements must stay the same',
          [x],
          `give a shape of ${sizeOf(x.shape)} elements`,
          `to ${formatShape(shape)}`,
        )
      return { shape, dtype: x.dtype }
    },
  },
  transpose: {
    operands: 1,
    infer: ([x], { permutation }, op) => {
      if (permutation.length !== x.shape.length)
        refuse(
          op,
          'the permutation must name every axis once',
          [x],
          `list each of 0..${x.shape.length - 1} once`,
          `permutation [${permutation}]`,
        )
      requireAxes(op, x, permutation)
      return { shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }
    },
  },
  slice: {
    operands: 1,
    infer: ([x], { start, size, step }, op) => {
      const rank = x.shape.length
      const also = `start [${start}], size [${size}], step [${step}]`
      if (start.length !== rank || size.length !== rank || step.length !== rank)
        refuse(op, 'start, size and step must name every axis', [x], `give ${rank} numbers each`, also)
      const inside = size.every((count, axis) => {
        const last = start[axis] + Math.max(count - 1, 0) * step[axis]
        const whole = [start[axis], count, step[axis]].every(Number.isInteger)
        return (
          whole &&
          count >= 0 &&
          step[axis] >= 1 &&
          start[axis] >= 0 &&
          (count === 0 ? start[axis] <= x.shape[axis] : last < x.shape[axis])
        )
      })
      if (!inside) refuse(op, 'the slice must lie inside the value', [x], 'take fewer elements, or start earlier', also)
      return { shape: size, dtype: x.dtype }
    },
  },
  flip: {
    operands: 1,
    infer: ([x], { axes }, op) => {
      requireAxes(op, x, axes)
      return x
    },
  },
  pad: {
    operands: 1,
    infer: ([x], { low, high, interior }, op) => {
      const rank = x.shape.length
      const also = `low [${low}], high [${high}], interior [${interior}]`
      const complete = [low, high, interior].every(
        (list) => list.length === rank && list.every((n) => Number.isInteger(n) && n >= 0),
      )
      if (!complete)
        refuse(op, 'low, high and interior must be 0 or more for every axis', [x], `give ${rank} numbers each`, also)
      const shape = x.shape.map((n, axis) => low[axis] + high[axis] + n + Math.max(n - 1, 0) * interior[axis])
      return { shape, dtype: x.dtype }
    },
  },
  concat: {
    operands: 'some',
    infer: (parts, { axis }, op) => {
      const [first] = parts
      requireAxes(op, first, [axis])
      const agree = parts.every(
        ({ shape, dtype }) =>
          dtype === first.dtype &&
          shape.length === first.shape.length &&
          shape.every((n, i) => i === axis || n === first.shape[i]),
      )
      if (!agree)
        refuse(
          op,
          `parts must agree in dtype and in every axis but ${axis}`,
          parts,
          'reshape or cast the part that differs',
        )
      const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0)
      return { shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype }
    },
  },

  ...family(REDUCE_OPS, reduce),
  argmax: {
    operands: 1,
    infer: ([x], { axis }, op) => {
      requireDType(op, [x], ['float32', 'int32'])
      requireAxes(op, x, [axis])
      if (x.shape[axis] === 0) refuse(op, 'the axis must have at least one element', [x], 'leave empty batches out')
      return { shape: reduceShape(x.shape, [axis], false), dtype: 'int32' }
    },
  },

  matmul: {
    operands: 2,
    infer: ([a, b], { transposeA, transposeB }, op) => {
      requireDType(op, [a, b], ['float32'])
      const rank = a.shape.length
      if (rank < 2 || b.shape.length !== rank || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)))
        refuse(
          op,
          'operands must be matrices with the same batch axes',
          [a, b],
          'reshape a vector to one row or column, or broadcast the batch axes',
        )
      const [rows, innerA] = transposeA ? [a.shape[rank - 1], a.shape[rank - 2]] : a.shape.slice(-2)
      const [innerB, columns] = transposeB ? [b.shape[rank - 1], b.shape[rank - 2]] : b.shape.slice(-2)
      if (innerA !== innerB)
        throw new ThalwegError('graph/invalid-operation', {
          rule: 'matmul: inner dimensions must agree',
          received: `a ${formatShape(a.shape)}${transposeA ? ' transposed' : ''}, b ${formatShape(b.shape)}${transposeB ? ' transposed' : ''}`,
          try: `give b ${innerA} ${transposeB ? 'columns' : 'rows'}, or check the output size of the layer before it`,
        })
      return { shape: [...a.shape.slice(0, -2), rows, columns], dtype: 'float32' }
    },
  },
  conv2d: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [image, kernel] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, [image], 4, '[batch, height, width, channels]')
      requireRank(op, [kernel], 4, '[height, width, channels, outputs]')
      const [batch, height, width, channels] = image.shape
      const [kernelHeight, kernelWidth, kernelChannels, outputs] = kernel.shape
      requireGroups(op, operands, attributes.groups, channels, outputs)
      if (kernelChannels * attributes.groups !== channels)
        refuse(
          op,
          'the kernel must have as many channels as the image has per group',
          operands,
          `give the kernel ${channels / attributes.groups} channels`,
          `groups ${attributes.groups}`,
        )
      const out = convImage(op, operands, [height, width], [kernelHeight, kernelWidth], attributes)
      return { shape: [batch, ...out, outputs], dtype: 'float32' }
    },
  },
  conv2dImageGrad: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [upstream, kernel] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, operands, 4, 'as conv2d gives and takes them')
      const [kernelHeight, kernelWidth, kernelChannels, outputs] = kernel.shape
      const { imageSize, groups } = attributes
      requireGroups(op, operands, groups, outputs)
      const out = convImage(op, operands, imageSize, [kernelHeight, kernelWidth], attributes)
      requireUpstream(op, operands, upstream, [upstream.shape[0], ...out, outputs])
      return { shape: [upstream.shape[0], ...imageSize, kernelChannels * groups], dtype: 'float32' }
    },
  },
  conv2dKernelGrad: {
    operands: 2,
    infer: (operands, attributes, op) => {
      const [image, upstream] = operands
      requireDType(op, operands, ['float32'])
      requireRank(op, operands, 4, 'as conv2d gives and takes them')
      const [batch, height, width, channels] = image.shape
      const outputs = upstream.shape[3]
      const { kernelSize, groups } = attributes
      requireGroups(op, operands, groups, channels, outputs)
      const out = convImage(op, operands, [height, width], kernelSize, attributes)
      requireUpstream(op, operands, upstream, [batch, ...out, outputs])
      return { shape: [...kernelSize, channels / groups, outputs], dtype: 'float32' }
    },
  },

  maxPool: {
    operands: 1,
    infer: ([x], attributes, op) => ({ shape: pooled(op, [x], x, attributes), dtype: 'float32' }),
  },
  maxPoolTake: {
    operands: 2,
    infer: ([x, values], attributes, op) => {
      requireSameType(op, [x, values])
      return { shape: pooled(op, [x, values], x, attributes), dtype: 'float32' }
    },
  },
  maxPoolPut: {
    operands: 2,
    infer: ([x, upstream], attributes, op) => {
      requireDType(op, [upstream], ['float32'])
      requireUpstream(op, [x, upstream], upstream, pooled(op, [x, upstream], x, attributes))
      return x
    },
  },
  averagePool: {
    operands: 1,
    infer: ([x], attributes, op) => ({ shape: pooled(op, [x], x, attributes), dtype: 'float32' }),
  },
  averagePoolGrad: {
    operands: 1,
    infer: ([upstream], attributes, op) => {
      requireRank(op, [upstream], 4, '[batch, height, width, channels]')
      const image: ValueType = {
        shape: [upstream.shape[0], ...attributes.imageSize, upstream.shape[3]],
        dtype: upstream.dtype,
      }
      requireUpstream(op, [upstream], upstream, pooled(op, [upstream], image, attributes))
      return image
    },
  },

  gather: {
    operands: 2,
    infer: ([x, indices], { axis }, op) => {
      requireDType(op, [indices], ['int32'])
      requireAxes(op, x, [axis])
      if (x.shape[axis] === 0 && sizeOf(indices.shape) > 0)
        refuse(op, 'there must be something to gather from', [x, indices], 'gather along an axis that has elements')
      return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }
    },
  },
  scatterAdd: {
    operands: 2,
    infer: ([updates, indices], { axis, size }, op) => {
      requireDType(op, [updates], ['float32'])
      requireDType(op, [indices], ['int32'])
      const rank = indices.shape.length
      if (!Number.isInteger(axis) || axis < 0 || !sameShape(updates.shape.slice(axis, axis + rank), indices.shape))
        refuse(
          op,
          `the updates must have the indices' shape from axis ${axis} on`,
          [updates, indices],
          'pass the gradient of the matching gather',
        )
      requireShape(op, [size])
      if (size === 0 && sizeOf(indices.shape) > 0)
        refuse(op, 'there must be something to add to', [updates, indices], 'give the axis a size of 1 or more')
      return { shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)], dtype: 'float32' }
    },
  },
}

/** The type of `op`'s result, or an error that says which rule its operands break. */
export function inferType<Op extends OpName>(
  op: Op,
  operands: readonly ValueType[],
  attributes: Attributes[Op],
): ValueType {
  const { operands: expected, infer } = SPEC[op]
  if (expected === 'some' ? operands.length === 0 : operands.length !== expected)
    refuse(op, `takes ${expected} operands`, operands, 'check the call', `${operands.length} operands`)
  return infer(operands, attributes, op)
}

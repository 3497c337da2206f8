/** Rules for ops that only move elements: neighbours of a kind merge, those that move nothing vanish. */

import { castNumber } from '../../backend/index.ts'
import { type Shape, sameShape, sizeOf } from '../../base/index.ts'
import type { Node } from '../../graph/index.ts'
import { filled, isEmpty, type Make, type Rules, repeatedScalar, spread, uniformValue } from './rewrite.ts'

/** Moving the repetitions of a scalar changes only how often it is repeated. */
function moveScalar({ inputs: [x], shape }: Node, make: Make): Node | undefined {
  const scalar = x.shape.length > 0 ? repeatedScalar(x) : undefined
  return scalar === undefined ? undefined : spread(make, scalar, shape)
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0)
}

function isZero(list: readonly number[]): boolean {
  return list.every((n) => n === 0)
}

/** The shape without leading axes of size 1, which a broadcast adds by itself. */
function withoutLeadingOnes(shape: Shape): Shape {
  const first = shape.findIndex((size) => size !== 1)
  return first < 0 ? [] : shape.slice(first)
}

/** Whether axes keep their order in memory under `permutation`: only axes of size 1 move. */
function keepsOrder(shape: Shape, permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1)
  return moved.every((axis, i) => i === 0 || moved[i - 1] < axis)
}

export const MOVEMENT: Rules = {
  constant: [
    ({ attributes: { value, dtype } }, make) => {
      const kept = castNumber(value, dtype)
      return Object.is(kept, value) ? undefined : make('constant', [], { value: kept, dtype })
    },
  ],
  literal: [
    ({ attributes: { data, dtype }, shape }, make) =>
      data.length === 1 ? filled(make, shape, data[0], dtype) : undefined,
  ],

  broadcast: [
    ({ inputs: [x], shape }) => (sameShape(x.shape, shape) ? x : undefined),
    ({ inputs: [x], shape }, make) => (x.op === 'broadcast' ? spread(make, x.inputs[0], shape) : undefined),
    ({ inputs: [x], shape }, make) => (sizeOf(shape) === sizeOf(x.shape) ? make('reshape', [x], { shape }) : undefined),
    ({ inputs: [x], shape }, make) =>
      x.shape[0] === 1 ? spread(make, make('reshape', [x], { shape: withoutLeadingOnes(x.shape) }), shape) : undefined,
  ],

  reshape: [
    ({ inputs: [x], shape }) => (sameShape(x.shape, shape) ? x : undefined),
    ({ inputs: [x], shape }, make) => (x.op === 'reshape' ? make('reshape', x.inputs, { shape }) : undefined),
    moveScalar,
  ],

  transpose: [
    ({ inputs: [x], attributes: { permutation }, shape }, make) =>
      keepsOrder(x.shape, permutation) ? make('reshape', [x], { shape }) : undefined,
    ({ inputs: [x], attributes: { permutation } }, make) => {
      if (x.op !== 'transpose') return undefined
      const inner = x.attributes.permutation
      return make('transpose', x.inputs, { permutation: permutation.map((axis) => inner[axis]) })
    },
    moveScalar,
  ],

  slice: [
    ({ inputs: [x], shape }) => (sameShape(x.shape, shape) ? x : undefined),
    ({ inputs: [x], attributes: { start, size, step } }, make) => {
      if (x.op !== 'slice') return undefined
      const inner = x.attributes
      return make('slice', x.inputs, {
        start: start.map((first, axis) => inner.start[axis] + first * inner.step[axis]),
        size,
        step: step.map((every, axis) => every * inner.step[axis]),
      })
    },
    moveScalar,
  ],

  flip: [
    ({ inputs: [x], attributes: { axes } }) => (axes.every((axis) => x.shape[axis] <= 1) ? x : undefined),
    ({ inputs: [x], attributes: { axes } }, make) => {
      if (x.op !== 'flip') return undefined
      const inner = x.attributes.axes
      const once = [...axes.filter((axis) => !inner.includes(axis)), ...inner.filter((axis) => !axes.includes(axis))]
      return make('flip', x.inputs, { axes: once.sort((a, b) => a - b) })
    },
    moveScalar,
  ],

  pad: [
    ({ inputs: [x], shape }) => (sameShape(x.shape, shape) ? x : undefined),
    ({ inputs: [x], shape, dtype, attributes: { value } }, make) =>
      isEmpty(x) || Object.is(uniformValue(x), castNumber(value, dtype))
        ? filled(make, shape, value, dtype)
        : undefined,
    ({ inputs: [x], attributes: { low, high, interior, value } }, make) => {
      if (x.op !== 'pad' || !Object.is(x.attributes.value, value) || !isZero(interior)) return undefined
      if (!isZero(x.attributes.interior)) return undefined
      return make('pad', x.inputs, {
        low: low.map((n, axis) => n + x.attributes.low[axis]),
        high: high.map((n, axis) => n + x.attributes.high[axis]),
        interior: zeros(low.length),
        value,
      })
    },
  ],

  concat: [
    ({ inputs }) => (inputs.length === 1 ? inputs[0] : undefined),
    ({ inputs, attributes: { axis } }, make) => {
      const parts = inputs.filter((part) => part.shape[axis] > 0)
      return parts.length > 0 && parts.length < inputs.length ? make('concat', parts, { axis }) : undefined
    },
  ],

  matmul: [
    ({ inputs: [a, b], attributes }, make) => {
      const x = swapped(a)
      return x && make('matmul', [x, b], { ...attributes, transposeA: !attributes.transposeA })
    },
    ({ inputs: [a, b], attributes }, make) => {
      const x = swapped(b)
      return x && make('matmul', [a, x], { ...attributes, transposeB: !attributes.transposeB })
    },
  ],
}

/** What stands before a transpose that only swaps the last two axes. */
function swapped(node: Node): Node | undefined {
  if (node.op !== 'transpose') return undefined
  const { permutation } = node.attributes
  const rank = permutation.length
  const others = permutation.slice(0, -2).every((axis, i) => axis === i)
  return others && permutation[rank - 2] === rank - 1 ? node.inputs[0] : undefined
}

/** The heavy ops of the reference backend against the same result made of movements, products and folds. */
import { type ContractCase, contractCases, describeCase, moved, referenceBackend, resultNode } from 'thalweg/backend'
import type { TypedArray } from 'thalweg/base'
import { createEngine, evaluate } from 'thalweg/compile'
import {
  type Attributes,
  constant,
  createNode,
  type Node,
  type OpName,
  type PoolAttributes,
  type WindowAttributes,
} from 'thalweg/graph'
import { describe, expect, test } from 'vitest'

const engine = createEngine(referenceBackend())

function apply<Op extends OpName>(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

const add = (a: Node, b: Node): Node => apply('add', [a, b], {})

/** The channels `first` to `first + count` of the last axis. */
function channels(x: Node, first: number, count: number): Node {
  const start = [...x.shape.slice(0, -1).map(() => 0), first]
  return apply('slice', [x], { start, size: [...x.shape.slice(0, -1), count], step: x.shape.map(() => 1) })
}

/** One image for each place in the window: what that place sees, for every window. `value` is what padding is. */
function taps(
  x: Node,
  { strides, padding: [top, bottom, left, right] }: WindowAttributes,
  [rows, columns]: readonly number[],
  [down, across]: readonly number[],
  [, height, width]: readonly number[],
  value: number,
): Node[] {
  const attributes = { low: [0, top, left, 0], high: [0, bottom, right, 0], interior: [0, 0, 0, 0], value }
  const padded = apply('pad', [x], attributes)
  return Array.from({ length: rows * columns }, (_, tap) => {
    const start = [0, Math.floor(tap / columns) * down, (tap % columns) * across, 0]
    const size = [x.shape[0], height, width, x.shape[3]]
    return apply('slice', [padded], { start, size, step: [1, strides[0], strides[1], 1] })
  })
}

/** A convolution is a sum of matrix products, one for each place in the kernel; groups stand side by side. */
function convolved(image: Node, kernel: Node, attributes: Attributes['conv2d'], output: readonly number[]): Node {
  const [rows, columns, inside, outside] = kernel.shape
  const share = outside / attributes.groups
  const parts = Array.from({ length: attributes.groups }, (_, group) => {
    const views = taps(
      channels(image, group * inside, inside),
      attributes,
      [rows, columns],
      attributes.dilation,
      output,
      0,
    )
    const kernels = apply('reshape', [channels(kernel, group * share, share)], {
      shape: [rows * columns, inside, share],
    })
    const products = views.map((view, tap) => {
      const at = apply('slice', [kernels], { start: [tap, 0, 0], size: [1, inside, share], step: [1, 1, 1] })
      const pixels = apply('reshape', [view], { shape: [output[0] * output[1] * output[2], inside] })
      const weights = apply('reshape', [at], { shape: [inside, share] })
      return apply('matmul', [pixels, weights], { transposeA: false, transposeB: false })
    })
    return apply('reshape', [products.reduce(add)], { shape: [...output.slice(0, 3), share] })
  })
  return apply('concat', parts, { axis: 3 })
}

function summed(x: Node, attributes: PoolAttributes, output: readonly number[]): Node {
  return taps(x, attributes, attributes.window, [1, 1], output, 0).reduce(add)
}

/** The same as the case's op, from other ops. */
function otherwise(contractCase: ContractCase, operands: readonly Node[], result: Node): Node {
  const [x, y] = operands
  const { shape } = result
  switch (contractCase.op) {
    case 'conv2d':
      return convolved(x, y, contractCase.attributes, shape)
    case 'matmul': {
      const { transposeA, transposeB } = contractCase.attributes
      const batch = shape.slice(0, -2)
      const swap = batch.map((_, axis) => axis).concat(batch.length + 1, batch.length)
      const left = transposeA ? apply('transpose', [x], { permutation: swap }) : x
      const right = transposeB ? apply('transpose', [y], { permutation: swap }) : y
      const [rows, inner] = left.shape.slice(-2)
      const columns = right.shape[batch.length + 1]
      const cube = [...batch, rows, inner, columns]
      const spreadLeft = apply('broadcast', [apply('reshape', [left], { shape: [...batch, rows, inner, 1] })], {
        shape: cube,
      })
      const spreadRight = apply('broadcast', [apply('reshape', [right], { shape: [...batch, 1, inner, columns] })], {
        shape: cube,
      })
      return apply('sum', [apply('mul', [spreadLeft, spreadRight], {})], { axes: [batch.length + 1] })
    }
    case 'maxPool':
      return taps(x, contractCase.attributes, contractCase.attributes.window, [1, 1], shape, -Infinity).reduce((a, b) =>
        apply('max', [a, b], {}),
      )
    case 'averagePool': {
      const { window, countPadding } = contractCase.attributes
      const ones = apply('broadcast', [constant(1)], { shape: x.shape })
      const area = apply('broadcast', [constant(window[0] * window[1])], { shape })
      const count = countPadding ? area : summed(ones, contractCase.attributes, shape)
      return apply('div', [summed(x, contractCase.attributes, shape), count], {})
    }
    default:
      return result
  }
}

/** Of the largest element; NaN and infinities must agree. */
function worstDifference(expected: TypedArray, found: TypedArray): number {
  let [scale, worst] = [1, 0]
  for (const value of expected) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value))
  expected.forEach((value, i) => {
    if (!Object.is(value, found[i]) && value !== found[i]) worst = Math.max(worst, Math.abs(value - found[i]) / scale)
  })
  return worst
}

describe('equals what is made of other ops', () => {
  test.each(['matmul', 'conv2d', 'maxPool', 'averagePool'] as const)('%s', (op) => {
    for (const contractCase of contractCases(op, 60)) {
      const operands = contractCase.operands.map((operand) => {
        const { data, shape, dtype } = operand
        return moved(apply('literal', [], { data, shape, dtype }), operand)
      })
      const direct = resultNode(contractCase, operands)
      const [expected, found] = evaluate([otherwise(contractCase, operands, direct), direct], engine)
      expect(worstDifference(expected, found), describeCase(contractCase)).toBeLessThan(1e-12)
    }
  })
})

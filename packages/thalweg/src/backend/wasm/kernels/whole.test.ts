import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DType, type Shape, sizeOf, type TypedArray } from '../../../base/index.ts'
import { type Attributes, createNode, type Node } from '../../../graph/index.ts'
import type { WholeKernel, WholeOp } from '../../program.ts'
import { referenceBackend } from '../../reference/reference.ts'
import { everyKernel } from '../every-kernel.ts'
import { provideKernels } from '../families.ts'
import { cutAt, runnable } from '../run-kernel.ts'
import { emitWhole } from './whole.ts'

interface Operand {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: readonly number[]
}

const RUNS = 60

provideKernels(...everyKernel)

function expectedOf(node: Node): TypedArray {
  const backend = referenceBackend()
  const program = {
    graph: { inputs: [], outputs: [node], updates: [] },
    get lowered(): never {
      throw new Error('not lowered')
    },
  }
  const executable = backend.prepare(program, () => {
    throw new Error('no variables')
  })
  executable.run()
  return backend.read(executable.outputs[0])
}

function arrayOf(dtype: DType, data: readonly number[]): Float32Array | Int32Array {
  return dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data)
}

/** Runs an op on the reference and as a kernel, with its units in one range and in several out of order. */
function check<Op extends WholeOp>(
  op: Op,
  operands: readonly Operand[],
  attributes: Attributes[Op],
  cuts: readonly number[] = [],
): void {
  const literals = operands.map(({ shape, dtype, data }) =>
    createNode('literal', [], { data: arrayOf(dtype, data), shape, dtype }),
  )
  const node = createNode(op, literals, attributes)
  const expected = expectedOf(node)
  const kernel = {
    kind: 'whole',
    label: op,
    op,
    attributes,
    operands: operands.map((_, i) => i),
    operandShapes: operands.map(({ shape }) => shape),
    shape: node.shape,
    dtype: node.dtype,
    output: operands.length,
  } as unknown as WholeKernel
  const types = [...operands, node].map(({ dtype }) => ({ dtype }))
  const ready = runnable(emitWhole(kernel, types))
  for (const how of [cutAt(), cutAt(...cuts)]) {
    const guard = 8
    const output = arrayOf(node.dtype, Array<number>(sizeOf(node.shape) + guard).fill(77))
    ready.run([...operands.map(({ dtype, data }) => arrayOf(dtype, data)), output], how)
    const got = Array.from(output)
    expect(got.slice(-guard), 'beyond the end').toEqual(Array<number>(guard).fill(77))
    const rounded = node.dtype === 'float32' ? Float32Array.from(expected) : expected
    expect(got.slice(0, -guard)).toEqual(Array.from(rounded))
  }
}

const small = fc.integer({ min: -4, max: 4 })
const special = fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1, 2)
const cuts = fc.array(fc.nat(), { maxLength: 3 })

function floats(shape: Shape, value: fc.Arbitrary<number> = small): fc.Arbitrary<Operand> {
  const size = sizeOf(shape)
  return fc.array(value, { minLength: size, maxLength: size }).map((data) => ({ shape, dtype: 'float32', data }))
}

const pool = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 2, 3, 4, 5, 8, 21),
    window: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.oneof(fc.constant([0, 0, 0, 0] as const), fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3))),
    tiles: fc.boolean(),
  })
  .map(({ batch, height, width, channels, window, strides, padding, tiles }) => {
    // Half of the cases: windows side by side that cover the image, the form with code of its own.
    const image: Shape = tiles
      ? [batch, window[0] * Math.ceil(height / window[0]), window[1] * Math.ceil(width / window[1]), channels]
      : [batch, height, width, channels]
    return {
      image,
      attributes: tiles
        ? ({ window, strides: window, padding: [0, 0, 0, 0] } as const)
        : ({ window, strides, padding } as const),
    }
  })
  .filter(({ image, attributes: { window, padding } }) => {
    const fits = (axis: 0 | 1): boolean =>
      padding[2 * axis] < window[axis] &&
      padding[2 * axis + 1] < window[axis] &&
      image[axis + 1] + padding[2 * axis] + padding[2 * axis + 1] >= window[axis]
    return fits(0) && fits(1)
  })

function pooledShape(image: Shape, { window, strides, padding }: Attributes['maxPool']): Shape {
  const size = (axis: 0 | 1): number =>
    Math.floor((image[axis + 1] + padding[2 * axis] + padding[2 * axis + 1] - window[axis]) / strides[axis]) + 1
  return [image[0], size(0), size(1), image[3]]
}

describe('pooling does what the reference does', () => {
  test('maxPool', () => {
    fc.assert(
      fc.property(
        pool.chain(({ image, attributes }) =>
          fc.tuple(floats(image, fc.oneof(small, special)), fc.constant(attributes)),
        ),
        cuts,
        ([x, attributes], at) => check('maxPool', [x], attributes, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('maxPoolTake', () => {
    fc.assert(
      fc.property(
        pool.chain(({ image, attributes }) =>
          fc.tuple(floats(image, fc.oneof(small, special)), floats(image), fc.constant(attributes)),
        ),
        cuts,
        ([x, v, attributes], at) => check('maxPoolTake', [x, v], attributes, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('maxPoolPut', () => {
    fc.assert(
      fc.property(
        pool.chain(({ image, attributes }) =>
          fc.tuple(
            floats(image, fc.oneof(small, special)),
            floats(pooledShape(image, attributes)),
            fc.constant(attributes),
          ),
        ),
        cuts,
        ([x, g, attributes], at) => check('maxPoolPut', [x, g], attributes, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('averagePool', () => {
    fc.assert(
      fc.property(
        pool.chain(({ image, attributes }) => fc.tuple(floats(image), fc.constant(attributes))),
        fc.boolean(),
        cuts,
        ([x, attributes], countPadding, at) => check('averagePool', [x], { ...attributes, countPadding }, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('averagePoolGrad', () => {
    fc.assert(
      fc.property(
        pool
          // Then every window has a number of places that divides 144, and shares are whole.
          .filter(({ attributes: { window } }) => window.every((n) => n <= 4))
          .chain(({ image, attributes }) =>
            fc.tuple(
              floats(pooledShape(image, attributes)).map((g) => ({ ...g, data: g.data.map((x) => 144 * x) })),
              fc.constant({ ...attributes, imageSize: [image[1], image[2]] as const }),
            ),
          ),
        fc.boolean(),
        cuts,
        ([g, attributes], countPadding, at) => check('averagePoolGrad', [g], { ...attributes, countPadding }, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('a window as large as the image', () => {
    const image = [2, 14, 14, 6]
    const data = Array.from({ length: sizeOf(image) }, (_, i) => (i * 7919) % 31)
    const attributes = { window: [14, 14], strides: [1, 1], padding: [0, 0, 0, 0] } as const
    check('maxPool', [{ shape: image, dtype: 'float32', data }], attributes)
    check('averagePool', [{ shape: image, dtype: 'float32', data }], { ...attributes, countPadding: true })
  })
})

const axes = fc.record({
  before: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  size: fc.integer({ min: 1, max: 9 }),
  behind: fc.array(fc.constantFrom(1, 2, 3, 5, 8, 16, 19), { maxLength: 2 }),
  indices: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
})

function indicesOf(shape: Shape, size: number): fc.Arbitrary<Operand> {
  const count = sizeOf(shape)
  return fc
    .array(fc.nat(size - 1), { minLength: count, maxLength: count })
    .map((data) => ({ shape, dtype: 'int32', data }))
}

describe('indices', () => {
  test('gather does what the reference does', () => {
    fc.assert(
      fc.property(
        axes.chain(({ before, size, behind, indices }) =>
          fc.tuple(floats([...before, size, ...behind]), indicesOf(indices, size), fc.constant(before.length)),
        ),
        cuts,
        ([x, indices, axis], at) => check('gather', [x, indices], { axis }, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('scatterAdd does what the reference does', () => {
    fc.assert(
      fc.property(
        axes.chain(({ before, size, behind, indices }) =>
          fc.tuple(
            floats([...before, ...indices, ...behind]),
            indicesOf(indices, size),
            fc.constant({ axis: before.length, size }),
          ),
        ),
        cuts,
        ([updates, indices, attributes], at) => check('scatterAdd', [updates, indices], attributes, at),
      ),
      { numRuns: RUNS },
    )
  })

  test('indices out of range are clamped', () => {
    const kernel: WholeKernel = {
      kind: 'whole',
      label: 'gather',
      op: 'gather',
      attributes: { axis: 0 },
      operands: [0, 1],
      operandShapes: [[3], [4]],
      shape: [4],
      dtype: 'float32',
      output: 2,
    }
    const output = new Float32Array(4)
    const indices = Int32Array.of(-1, 3, 2 ** 31 - 1, -(2 ** 31))
    const types = [{ dtype: 'float32' }, { dtype: 'int32' }] as const
    runnable(emitWhole(kernel, types)).run([Float32Array.of(10, 20, 30), indices, output])
    expect(Array.from(output)).toEqual([10, 30, 30, 10])
  })
})

describe('argmax does what the reference does', () => {
  test.each(['float32', 'int32'] as const)('on %s', (dtype) => {
    const value = dtype === 'float32' ? fc.oneof(small, special) : small
    fc.assert(
      fc.property(
        axes.chain(({ before, size, behind }) =>
          fc.tuple(floats([...before, size, ...behind], value), fc.constant(before.length)),
        ),
        cuts,
        ([x, axis], at) => check('argmax', [{ ...x, dtype }], { axis }, at),
      ),
      { numRuns: RUNS },
    )
  })
})

describe('random does what the reference does', () => {
  test.each([0, 1, 3, 4, 15, 16, 17, 30, 32, 100, 1000])('for %d elements', (size) => {
    const seed: Operand = { shape: [2], dtype: 'int32', data: [123456789, -987654321] }
    const step: Operand = { shape: [], dtype: 'int32', data: [42] }
    check('random', [seed, step], { shape: [size], stream: 0xdeadbeef }, [1, 3])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Shape, sizeOf, stridesOf } from '../../../base/index.ts'
import type { ContractionKernel, ContractionOp, Store, Value, View } from '../../program.ts'
import { chooseFeatures } from '../choose-features.ts'
import { emitKernel } from '../emit.ts'
import { provideKernels } from '../families.ts'
import { widened } from '../features.ts'
import { runnable, type Split } from '../run-kernel.ts'
import { convolutionKernels } from './convolutions.ts'

provideKernels(convolutionKernels)

/** Whole numbers, so small that every sum of products is exact: results must be equal, not close. */
function numbers(shape: Shape, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >> 24) % 9
  })
}

interface Epilogue {
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
  /** Buffers from number 2 on: what is loaded, then what is stored to. */
  readonly loaded: readonly Float32Array[]
  readonly stored: readonly number[]
}

const RESULT: Value = { kind: 'result', reduction: 0, dtype: 'float32' }

function dense(buffer: number, shape: Shape): View {
  return { buffer, offset: 0, strides: stridesOf(shape) }
}

function plain(shape: Shape): Epilogue {
  return { values: [RESULT], stores: [{ value: 0, view: dense(2, shape) }], loaded: [], stored: [sizeOf(shape)] }
}

interface Contraction {
  readonly op: ContractionOp
  readonly attributes: object
  readonly shapes: readonly [Shape, Shape]
  readonly shape: Shape
}

function kernelOf({ op, attributes, shapes, shape }: Contraction, { values, stores }: Epilogue): ContractionKernel {
  return {
    kind: 'contraction',
    label: op,
    op,
    attributes,
    operands: [0, 1],
    operandShapes: shapes,
    shape,
    epilogue: values,
    epilogueStores: stores,
  } as ContractionKernel
}

/** Every shape of the inner loop that this engine can run, whatever it prefers. */
const found = chooseFeatures({ wide: false })
const VARIANTS = [found, widened(found)].flatMap((features) =>
  [true, false].flatMap((hoistsLoads) =>
    (found.relaxedMadd ? [true, false] : [false]).map((relaxedMadd) => ({ ...features, hoistsLoads, relaxedMadd })),
  ),
)
let turn = 0

/** Runs a contraction with its units split at `cuts` and out of order; hands back what its epilogue stored. */
function run(
  { op, attributes, shapes, shape }: Contraction,
  operands: readonly Float32Array[],
  epilogue: Epilogue,
  cuts: readonly number[] = [],
  features = VARIANTS[turn++ % VARIANTS.length],
): Float32Array[] {
  const kernel = kernelOf({ op, attributes, shapes, shape }, epilogue)
  const split: Split = (units) => {
    const at = [...new Set([0, ...cuts.map((cut) => cut % (units + 1)), units])].sort((a, b) => a - b)
    return at
      .slice(1)
      .map((end, i) => [at[i], end] as const)
      .reverse()
  }
  const guard = 16
  const stored = epilogue.stored.map((size) => new Float32Array(size + guard).fill(77))
  runnable(emitKernel(kernel, [], features)).run([...operands, ...epilogue.loaded, ...stored], split)
  for (const output of stored) expect(output.slice(-guard)).toEqual(new Float32Array(guard).fill(77))
  return stored.map((output) => output.slice(0, -guard))
}

interface Product {
  readonly batch: Shape
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA: boolean
  readonly transposeB: boolean
}

function productOf({ batch, m, k, n, transposeA, transposeB }: Product): Contraction {
  return {
    op: 'matmul',
    attributes: { transposeA, transposeB },
    shapes: [
      [...batch, ...(transposeA ? [k, m] : [m, k])],
      [...batch, ...(transposeB ? [n, k] : [k, n])],
    ],
    shape: [...batch, m, n],
  }
}

function multiply({ batch, m, k, n, transposeA, transposeB }: Product, a: Float32Array, b: Float32Array): number[] {
  const out: number[] = []
  for (let p = 0; p < sizeOf(batch); p++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let x = 0; x < k; x++)
          sum +=
            a[p * m * k + (transposeA ? x * m + i : i * k + x)] * b[p * k * n + (transposeB ? j * k + x : x * n + j)]
        out.push(sum)
      }
  return out
}

/** Numbers whose sums are rounded, so that another order of adding shows. */
function rounded(shape: Shape, seed: number): Float32Array {
  return numbers(shape, seed).map((value, i) => (value - 4) / (3 + (i % 7)))
}

/** What an engine prefers may not change a bit; only how products are added (fused or not, Winograd's way) may. */
function checkSameBits(contraction: Contraction): void {
  const operands = contraction.shapes.map((shape, i) => rounded(shape, 51 + i))
  for (const winograd of [true, false])
    for (const relaxedMadd of new Set(VARIANTS.map((features) => features.relaxedMadd))) {
      const alike = VARIANTS.filter((features) => features.relaxedMadd === relaxedMadd)
      const [first, ...others] = alike.map(
        (features) => run(contraction, operands, plain(contraction.shape), [], { ...features, winograd })[0],
      )
      for (const other of others) expect(other).toEqual(first)
    }
}

const cuts = fc.array(fc.nat(50), { maxLength: 3 })

function checkProduct(product: Product, seed: number, where: readonly number[]): void {
  const contraction = productOf(product)
  const operands = contraction.shapes.map((shape, i) => numbers(shape, seed + i))
  const [out] = run(contraction, operands, plain(contraction.shape), where)
  expect(Array.from(out)).toEqual(multiply(product, operands[0], operands[1]))
}

describe('matmul', () => {
  const product = fc.record({
    batch: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
    m: fc.integer({ min: 0, max: 21 }),
    k: fc.integer({ min: 0, max: 21 }),
    n: fc.integer({ min: 0, max: 35 }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  })
  test('any sizes, transposed or not', () => {
    fc.assert(fc.property(product, fc.nat(), cuts, checkProduct), { numRuns: 150 })
  })

  const turns = [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ transposeA, transposeB })))
  test.each(turns)('several blocks and pieces of K, %o', (turn) => {
    checkProduct({ batch: [], m: 300, k: 21, n: 530, ...turn }, 1, [3])
    checkProduct({ batch: [2], m: 12, k: 901, n: 48, ...turn }, 2, [1])
    checkProduct({ batch: [], m: 131, k: 640, n: 9, ...turn }, 3, [2])
  })
  test.each(turns)('the same bits whatever the tile, %o', (turn) => {
    checkSameBits(productOf({ batch: [], m: 65, k: 785, n: 43, ...turn }))
  })
  // A panel of 16 columns has more than 192 KiB behind a K of 3072, one of 4 columns behind one of 12288.
  test.each(turns)('a K so long that it is gone through in stretches, %o', (turn) => {
    checkProduct({ batch: [2], m: 9, k: 12_301, n: 35, ...turn }, 4, [1, 3])
    checkProduct({ batch: [], m: 16, k: 6145, n: 48, ...turn }, 5, [1])
  })
})

interface Convolution {
  readonly images: number
  readonly size: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly channels: number
  readonly outputs: number
  readonly strides: readonly [number, number]
  readonly padding: readonly [number, number, number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number
}

function outputSize({ size, kernel, strides, padding, dilation }: Convolution): [number, number] {
  const along = (axis: 0 | 1): number => {
    const extent = (kernel[axis] - 1) * dilation[axis] + 1
    return Math.floor((size[axis] + padding[2 * axis] + padding[2 * axis + 1] - extent) / strides[axis]) + 1
  }
  return [along(0), along(1)]
}

function shapesOf(c: Convolution): { image: Shape; kernel: Shape; output: Shape } {
  const channels = c.channels * c.groups
  const outputs = c.outputs * c.groups
  return {
    image: [c.images, ...c.size, channels],
    kernel: [...c.kernel, c.channels, outputs],
    output: [c.images, ...outputSize(c), outputs],
  }
}

/** Visits every product of the convolution: positions in image, kernel and output. */
function eachProduct(c: Convolution, visit: (image: number, kernel: number, output: number) => void): void {
  const { image, output } = shapesOf(c)
  const [images, height, width, channels] = image
  const [, outHeight, outWidth, outputs] = output
  for (let b = 0; b < images; b++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let ky = 0; ky < c.kernel[0]; ky++)
          for (let kx = 0; kx < c.kernel[1]; kx++) {
            const y = oy * c.strides[0] + ky * c.dilation[0] - c.padding[0]
            const x = ox * c.strides[1] + kx * c.dilation[1] - c.padding[2]
            if (y < 0 || y >= height || x < 0 || x >= width) continue
            for (let o = 0; o < outputs; o++)
              for (let i = 0; i < c.channels; i++)
                visit(
                  ((b * height + y) * width + x) * channels + Math.floor(o / c.outputs) * c.channels + i,
                  ((ky * c.kernel[1] + kx) * c.channels + i) * outputs + o,
                  ((b * outHeight + oy) * outWidth + ox) * outputs + o,
                )
          }
}

type Form = 'conv2d' | 'conv2dImageGrad' | 'conv2dKernelGrad'

function formOf(op: Form, c: Convolution): Contraction {
  const { image, kernel, output } = shapesOf(c)
  const { strides, padding, dilation, groups } = c
  const attributes = { strides, padding, dilation, groups, imageSize: c.size, kernelSize: c.kernel }
  if (op === 'conv2d') return { op, attributes, shapes: [image, kernel], shape: output }
  if (op === 'conv2dImageGrad') return { op, attributes, shapes: [output, kernel], shape: image }
  return { op, attributes, shapes: [image, output], shape: kernel }
}

function convolve(op: Form, c: Convolution, [first, second]: readonly Float32Array[], size: number): number[] {
  const sums = new Float64Array(size)
  eachProduct(c, (image, kernel, output) => {
    if (op === 'conv2d') sums[output] += first[image] * second[kernel]
    else if (op === 'conv2dImageGrad') sums[image] += first[output] * second[kernel]
    else sums[kernel] += first[image] * second[output]
  })
  return Array.from(sums)
}

function checkConvolution(op: Form, c: Convolution, seed: number, where: readonly number[]): void {
  const contraction = formOf(op, c)
  const operands = contraction.shapes.map((shape, i) => numbers(shape, seed + i))
  const [out] = run(contraction, operands, plain(contraction.shape), where)
  expect(Array.from(out)).toEqual(convolve(op, c, operands, sizeOf(contraction.shape)))
}

const FORMS: readonly Form[] = ['conv2d', 'conv2dImageGrad', 'conv2dKernelGrad']
const SAME: Convolution = {
  images: 2,
  size: [8, 8],
  kernel: [3, 3],
  channels: 8,
  outputs: 8,
  strides: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
}

/** The last part has fewer than the others. */
const MANY_IMAGES = { images: 11, size: [12, 12], channels: 4, outputs: 16 } as const

describe.each(FORMS)('%s', (op) => {
  const pair = (max: number): fc.Arbitrary<[number, number]> => {
    const one = fc.integer({ min: 1, max })
    return fc.tuple(one, one)
  }
  const pad = fc.integer({ min: 0, max: 3 })
  const convolution: fc.Arbitrary<Convolution> = fc
    .record({
      images: fc.integer({ min: 0, max: 3 }),
      size: pair(11),
      kernel: pair(4),
      channels: fc.integer({ min: 1, max: 9 }),
      outputs: fc.integer({ min: 1, max: 19 }),
      strides: pair(3),
      padding: fc.tuple(pad, pad, pad, pad),
      dilation: pair(3),
      groups: fc.constantFrom(1, 1, 1, 2, 3),
    })
    .filter((c) => Math.min(...outputSize(c)) > 0)
  test('any attributes', () => {
    fc.assert(
      fc.property(convolution, fc.nat(), cuts, (c, seed, where) => checkConvolution(op, c, seed, where)),
      { numRuns: 120 },
    )
  })

  test.each<[string, Partial<Convolution>]>([
    ['whole tiles', {}],
    ['one channel', { images: 3, size: [14, 14], channels: 1, outputs: 32 }],
    ['many channels, so that K goes in pieces', { images: 1, channels: 160, outputs: 24 }],
    ['large images, so that bands are cut', { images: 1, size: [61, 43], channels: 3, outputs: 4 }],
    ['strided and padded on two sides', { size: [12, 10], strides: [2, 2], padding: [0, 1, 0, 1] }],
    ['strides larger than the kernel', { size: [9, 9], kernel: [1, 1], strides: [3, 2], padding: [0, 0, 0, 0] }],
    ['1x1', { kernel: [1, 1], padding: [0, 0, 0, 0] }],
    ['depthwise', { channels: 1, outputs: 1, groups: 12 }],
    ['depthwise, strided, few channels', { channels: 1, outputs: 1, groups: 5, kernel: [5, 3], strides: [2, 2] }],
    ['depthwise with several outputs a channel', { channels: 1, outputs: 3, groups: 6 }],
    ['many images, which are summed up in parts', { ...MANY_IMAGES }],
    ['parts of grouped panels', { ...MANY_IMAGES, outputs: 20, groups: 2 }],
    ['more padding than kernel', { size: [3, 3], kernel: [2, 2], padding: [4, 2, 3, 5] }],
  ])('%s', (_, change) => {
    checkConvolution(op, { ...SAME, ...change }, 5, [1, 4])
  })

  test.each<[string, Partial<Convolution>]>([
    ['3x3', {}],
    ['1x1', { kernel: [1, 1], padding: [0, 0, 0, 0] }],
    ['5x5, strided', { kernel: [5, 5], padding: [2, 2, 2, 2], strides: [2, 2] }],
    ['grouped', { channels: 4, outputs: 12, groups: 2 }],
    ['depthwise', { channels: 1, outputs: 1, groups: 12 }],
  ])('the same bits whatever the tile, %s', (_, change) => {
    for (const outputs of [24, 32]) {
      const c = { ...SAME, images: 9, size: [7, 7] as const, channels: 16, outputs, ...change }
      checkSameBits(formOf(op, c))
    }
  })
})

/** relu(result + bias[column]) * scale + residual, beside the result itself and the index of the row. */
function busy(shape: Shape): { epilogue: Epilogue; compute: (results: readonly number[]) => number[][] } {
  const rank = shape.length
  const columns = shape[rank - 1]
  const bias = numbers([columns], 21)
  const residual = numbers(shape, 22)
  const along = (axis: number): number[] => shape.map((_, i) => (i === axis ? 1 : 0))
  const values: Value[] = [
    RESULT,
    { kind: 'load', view: { buffer: 2, offset: 0, strides: along(rank - 1) }, dtype: 'float32' },
    { kind: 'apply', op: 'add', operands: [0, 1], dtype: 'float32' },
    { kind: 'constant', value: 0, dtype: 'float32' },
    { kind: 'apply', op: 'max', operands: [2, 3], dtype: 'float32' },
    { kind: 'load', view: dense(3, shape), dtype: 'float32' },
    { kind: 'apply', op: 'add', operands: [4, 5], dtype: 'float32' },
    { kind: 'index', axis: rank - 2, dtype: 'int32' },
    { kind: 'apply', op: 'cast', operands: [7], dtype: 'float32' },
  ]
  const size = sizeOf(shape)
  const stores = [6, 0, 8].map((value, i) => ({ value, view: dense(4 + i, shape) }))
  const rows = shape[rank - 2]
  return {
    epilogue: { values, stores, loaded: [bias, residual], stored: [size, size, size] },
    compute: (results) => [
      results.map((result, i) => Math.max(result + bias[i % columns], 0) + residual[i]),
      [...results],
      results.map((_, i) => Math.floor(i / columns) % rows),
    ],
  }
}

describe('an epilogue that computes', () => {
  test.each([
    { m: 8, n: 16 },
    { m: 5, n: 11 },
    { m: 300, n: 2 },
    { m: 300, n: 40 },
    { m: 9, n: 40, k: 12_301 },
  ])('matmul, %o', ({ m, n, k = 7 }) => {
    const product = { batch: [2], m, k, n, transposeA: false, transposeB: true }
    const contraction = productOf(product)
    const operands = contraction.shapes.map((shape, i) => numbers(shape, 31 + i))
    const { epilogue, compute } = busy(contraction.shape)
    const out = run(contraction, operands, epilogue, [1])
    expect(out.map((stored) => Array.from(stored))).toEqual(compute(multiply(product, operands[0], operands[1])))
  })

  test.each(
    FORMS.flatMap((op) => [
      { op, outputs: 8 },
      { op, outputs: 5, strides: [2, 2] as const, groups: 2 },
      { op, ...MANY_IMAGES },
    ]),
  )('%o', ({ op, ...change }) => {
    const c = { ...SAME, ...change }
    const contraction = formOf(op, c)
    const operands = contraction.shapes.map((shape, i) => numbers(shape, 41 + i))
    const { epilogue, compute } = busy(contraction.shape)
    const out = run(contraction, operands, epilogue, [1])
    const sums = convolve(op, c, operands, sizeOf(contraction.shape))
    expect(out.map((stored) => Array.from(stored))).toEqual(compute(sums))
  })
})

test('a result may be stored transposed, between other values', () => {
  const product = { batch: [], m: 6, k: 3, n: 10, transposeA: false, transposeB: false }
  const contraction = productOf(product)
  const operands = contraction.shapes.map((shape, i) => numbers(shape, 51 + i))
  const view = { buffer: 2, offset: 3, strides: [2, 13] }
  const [out] = run(contraction, operands, {
    values: [RESULT],
    stores: [{ value: 0, view }],
    loaded: [],
    stored: [140],
  })
  const expected = new Float32Array(140).fill(77)
  multiply(product, operands[0], operands[1]).forEach((sum, i) => {
    expected[3 + 2 * Math.floor(i / 10) + 13 * (i % 10)] = sum
  })
  expect(out).toEqual(expected)
})

test('the gradient of a kernel has several parts where there are many images', () => {
  const { stages } = emitKernel(
    kernelOf(formOf('conv2dKernelGrad', { ...SAME, ...MANY_IMAGES }), plain([3, 3, 4, 16])),
    [],
    found,
  )
  expect(stages).toHaveLength(2)
  expect(stages[0].units).toBeGreaterThan(stages[1].units)
})

test('what an epilogue reads and writes for a unit fits a first cache', () => {
  const product = productOf({ batch: [], m: 4096, k: 16, n: 128, transposeA: true, transposeB: false })
  const { epilogue } = busy(product.shape)
  const stages = emitKernel(kernelOf(product, epilogue), [], found).stages
  const multiply = stages[stages.length - 1]
  const arrays = epilogue.loaded.length + epilogue.stored.length
  expect((4096 * 128 * 4 * arrays) / multiply.units).toBeLessThanOrEqual(48 << 10)
})

test('no row of A is read that does not exist', () => {
  const [m, k] = [301, 1000]
  const product = productOf({ batch: [], m, k, n: 8, transposeA: false, transposeB: false })
  const { stages } = emitKernel(kernelOf(product, plain(product.shape)), [], found)
  const pointers = stages.flatMap((stage) => stage.pointers)
  const offsets = pointers.flatMap((pointer) => (pointer.kind === 'table' ? [...pointer.data] : []))
  // The rows of a full block, then those of the last, which has what is left.
  const full = offsets.lastIndexOf(0)
  expect(offsets.filter((offset) => offset === 0).length).toBe(2)
  expect(Math.max(...offsets.slice(0, full))).toBeLessThan(full * k * 4)
  expect(Math.max(...offsets.slice(full))).toBe(((m % full) - 1) * k * 4)
})

test('without fusing, every shape of the inner loop gives the same bits', () => {
  const [m, k, n] = [13, 700, 45]
  const kernel = kernelOf(
    {
      op: 'matmul',
      attributes: { transposeA: true, transposeB: false },
      shapes: [
        [k, m],
        [k, n],
      ],
      shape: [m, n],
    },
    plain([m, n]),
  )
  const uneven = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898))
  const [first, ...others] = VARIANTS.filter(({ relaxedMadd }) => !relaxedMadd).map((features) => {
    const product = new Float32Array(m * n)
    runnable(emitKernel(kernel, [], features)).run([uneven(k * m), uneven(k * n), product])
    return product
  })
  for (const other of others) expect(other).toEqual(first)
})

/** What PCA and whitening multiply: the Gram matrix of many examples, and examples by one matrix. In float64. */
import { type AddProduct, addProduct, TILE_BYTES } from './kernel.ts'

/** Examples that are multiplied at a time. */
const BLOCK = 256
const PAGE = 65536

/** Adds up `x^T x` over examples that come piece by piece. */
export interface Gram {
  /** Adds the examples in `values`, `[examples, size]`, less `shift`. */
  add(values: ArrayLike<number>): void
  /** `[size, size]`, symmetric. */
  result(): Float64Array
}

/** @param shift `[size]`, taken from each example first, so that large means do not swallow small deviations */
export function createGram(size: number, shift: readonly number[]): Gram {
  const width = rowBytes(size)
  const padded = width / 8
  const sums = BLOCK * width
  const { memory, multiply } = createMemory(sums + padded * width)
  const block = new Float64Array(memory.buffer, 0, BLOCK * padded)
  let rows = 0

  function flush(): void {
    multiply(0, 0, sums, rows, width, width, 1)
    rows = 0
  }

  return {
    add(values) {
      for (let from = 0; from < values.length; from += size) {
        const to = rows * padded
        for (let k = 0; k < size; k++) block[to + k] = values[from + k] - shift[k]
        if (++rows === BLOCK) flush()
      }
    },
    result() {
      flush()
      const upper = new Float64Array(memory.buffer, sums, padded * padded)
      const full = new Float64Array(size * size)
      for (let i = 0; i < size; i++) {
        for (let k = i; k < size; k++) full[i * size + k] = full[k * size + i] = upper[i * padded + k]
      }
      return full
    },
  }
}

/** Examples by a matrix: `outputs[e] = (inputs[e] - before) matrix + after`. `outputs` may be `inputs`. */
export type Multiply = (
  inputs: Float32Array | Float64Array,
  outputs: Float32Array | Float64Array,
  before: ArrayLike<number> | undefined,
  after: ArrayLike<number> | undefined,
) => void

/** @param matrix `[rows, columns]`; it is copied */
export function createMultiply(matrix: Float64Array, rows: number, columns: number): Multiply {
  const width = rowBytes(columns)
  const padded = width / 8
  const examples = rowBytes(BLOCK)
  const [a, c] = [rows * width, rows * width + rows * examples]
  const { memory, multiply } = createMemory(c + BLOCK * width)
  const kept = new Float64Array(memory.buffer, 0, rows * padded)
  for (let i = 0; i < rows; i++) kept.set(matrix.subarray(i * columns, (i + 1) * columns), i * padded)
  const products = new Float64Array(memory.buffer, c, BLOCK * padded)

  /**
   * The kernel takes its left factor turned over, so the examples are copied in as columns. What stands in the columns
   * that fill the last tile up makes results that nobody reads.
   */
  function multiplyBlock(inputs: Float32Array | Float64Array, from: number, count: number, before?: ArrayLike<number>) {
    const stride = rowBytes(count) / 8
    const turned = new Float64Array(memory.buffer, a, rows * stride)
    for (let e = 0; e < count; e++) {
      const start = (from + e) * rows
      for (let k = 0; k < rows; k++) turned[k * stride + e] = inputs[start + k] - (before ? before[k] : 0)
    }
    products.fill(0, 0, stride * padded)
    // In blocks of rows, which stay in the cache while the tiles go over them.
    for (let row = 0; row < rows; row += BLOCK) {
      multiply(a + row * stride * 8, row * width, c, Math.min(BLOCK, rows - row), stride * 8, width, 0)
    }
  }

  return (inputs, outputs, before, after) => {
    const count = inputs.length / rows
    for (let from = 0; from < count; from += BLOCK) {
      const some = Math.min(BLOCK, count - from)
      multiplyBlock(inputs, from, some, before)
      for (let e = 0; e < some; e++) {
        const to = (from + e) * columns
        for (let k = 0; k < columns; k++) outputs[to + k] = products[e * padded + k] + (after ? after[k] : 0)
      }
    }
  }
}

/** Bytes of a row of `columns` numbers, filled up to whole tiles. */
function rowBytes(columns: number): number {
  return Math.ceil((columns * 8) / TILE_BYTES) * TILE_BYTES
}

function createMemory(bytes: number): { memory: WebAssembly.Memory; multiply: AddProduct } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  return { memory, multiply: addProduct(memory) }
}

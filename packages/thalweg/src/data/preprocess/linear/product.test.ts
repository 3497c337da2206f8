import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGram, createMultiply } from './product.ts'

const size = fc.integer({ min: 1, max: 11 })
/** Across the edges of tiles (4) and of blocks (256). */
const count = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(256, 257))

/** Numbers of a simple generator, between -1 and 1. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (state * 16807 + 11) % 2147483647
    return state / 1073741824 - 1
  })
}

describe('createGram', () => {
  it('is the sum of products, however the examples are cut', () => {
    fc.assert(
      fc.property(size, count, fc.integer({ min: 1, max: 600 }), (features, rows, piece) => {
        const values = numbers(rows * features, features + 1)
        const shift = Array.from(numbers(features, 5))
        const gram = createGram(features, shift)
        for (let row = 0; row < rows; row += piece) gram.add(values.subarray(row * features, (row + piece) * features))
        const result = gram.result()
        let worst = 0
        for (let i = 0; i < features; i++) {
          for (let k = 0; k < features; k++) {
            let sum = 0
            for (let r = 0; r < rows; r++) {
              sum += (values[r * features + i] - shift[i]) * (values[r * features + k] - shift[k])
            }
            worst = Math.max(worst, Math.abs(result[i * features + k] - sum), Math.abs(result[k * features + i] - sum))
          }
        }
        expect(worst).toBeLessThan(1e-11)
      }),
      { numRuns: 30 },
    )
  })
})

describe('createMultiply', () => {
  it('is the matrix product, with the same bits however the examples are cut', () => {
    fc.assert(
      fc.property(size, size, count, (rows, columns, examples) => {
        const matrix = numbers(rows * columns, 3)
        const inputs = numbers(examples * rows, 4)
        const [before, after] = [numbers(rows, 1), numbers(columns, 2)]
        const multiply = createMultiply(matrix, rows, columns)
        const outputs = new Float64Array(examples * columns)
        multiply(inputs, outputs, before, after)
        for (let e = 0; e < examples; e += 1 + (examples >> 3)) {
          const alone = new Float64Array(columns)
          multiply(inputs.subarray(e * rows, (e + 1) * rows), alone, before, after)
          for (let k = 0; k < columns; k++) {
            let sum = 0
            for (let i = 0; i < rows; i++) sum += (inputs[e * rows + i] - before[i]) * matrix[i * columns + k]
            expect(alone[k]).toBeCloseTo(sum + after[k], 12)
            expect(outputs[e * columns + k]).toBe(alone[k])
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('goes over more rows than a block holds, and works in place', () => {
    const rows = 300
    const matrix = Float64Array.from({ length: rows * rows }, (_, at) => {
      const [i, k] = [Math.floor(at / rows), at % rows]
      return k === (i + 1) % rows ? 2 : 0
    })
    const values = numbers(3 * rows, 9)
    const expected = values.map((_, at) => 2 * values[Math.floor(at / rows) * rows + (((at % rows) + rows - 1) % rows)])
    createMultiply(matrix, rows, rows)(values, values, undefined, undefined)
    expect(values).toEqual(expected)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { symmetricEigen } from './eigen.ts'

/** Symmetric matrices of all sizes to 9, of entries -8..8 so that zeros, equal values and zero rows occur often. */
const symmetric = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.array(fc.integer({ min: -8, max: 8 }), { minLength: size * size, maxLength: size * size }).map((entries) => {
    const matrix = Float64Array.from(entries)
    for (let i = 0; i < size; i++) for (let k = 0; k < i; k++) matrix[i * size + k] = matrix[k * size + i]
    return { matrix, size }
  }),
)

/** V^T diag(values) V, of rows V. */
function rebuild(values: Float64Array, vectors: Float64Array, size: number): Float64Array {
  const matrix = new Float64Array(size * size)
  for (let v = 0; v < size; v++) {
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < size; k++) matrix[i * size + k] += values[v] * vectors[v * size + i] * vectors[v * size + k]
    }
  }
  return matrix
}

function farthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0)
}

describe('symmetricEigen', () => {
  it('takes any symmetric matrix apart, so that it can be put together again', () => {
    fc.assert(
      fc.property(symmetric, ({ matrix, size }) => {
        const { values, vectors } = symmetricEigen(matrix.slice(), size)
        expect(farthest(rebuild(values, vectors, size), matrix)).toBeLessThan(1e-12)
        const turned = new Float64Array(size * size)
        for (let i = 0; i < size; i++) for (let k = 0; k < size; k++) turned[i * size + k] = vectors[k * size + i]
        const identity = Float64Array.from(matrix, (_, at) => (at % (size + 1) === 0 ? 1 : 0))
        expect(farthest(rebuild(new Float64Array(size).fill(1), vectors, size), identity)).toBeLessThan(1e-13)
        expect(farthest(rebuild(new Float64Array(size).fill(1), turned, size), identity)).toBeLessThan(1e-13)
        expect([...values].sort((a, b) => b - a)).toEqual([...values])
        for (let i = 0; i < size; i++) {
          const row = vectors.subarray(i * size, (i + 1) * size)
          expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)))
        }
      }),
    )
  })

  it('knows the second difference matrix by its formula', () => {
    const size = 50
    const matrix = Float64Array.from({ length: size * size }, (_, at) => {
      const distance = Math.abs(Math.floor(at / size) - (at % size))
      return distance === 0 ? 2 : distance === 1 ? -1 : 0
    })
    const { values } = symmetricEigen(matrix, size)
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((size - i) * Math.PI) / (size + 1)), 12)
    })
  })

  it.each([1e-160, 1e150])('works at scale %d', (scale) => {
    const matrix = Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2).map((value) => value * scale)
    const { values } = symmetricEigen(matrix, 3)
    const expected = [2 + Math.SQRT2, 2, 2 - Math.SQRT2]
    values.forEach((value, i) => {
      expect(value / scale).toBeCloseTo(expected[i], 12)
    })
  })
})

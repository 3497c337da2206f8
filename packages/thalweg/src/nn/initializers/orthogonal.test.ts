import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import { fanOf } from './initializer.ts'
import { orthogonal } from './orthogonal.ts'

/** How far the smaller of Q^T Q and Q Q^T is from gain^2 I, for Q [everything else, out]. */
function deviationFromIdentity(shape: readonly number[], gain: number, seed: number): number {
  const values = orthogonal({ gain })(shape, fanOf(shape), random(seed))
  const outputs = shape[shape.length - 1]
  const inputs = values.length / outputs
  const at = (i: number, k: number) => (outputs <= inputs ? values[k * outputs + i] : values[i * outputs + k])
  const [count, length] = outputs <= inputs ? [outputs, inputs] : [inputs, outputs]
  let worst = 0
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      let dot = 0
      for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k)
      worst = Math.max(worst, Math.abs(dot - (i === j ? gain * gain : 0)))
    }
  return worst
}

describe('orthogonal', () => {
  it.each([
    [[40, 40], 1],
    [[64, 10], Math.SQRT2],
    [[10, 64], 0.5],
    [[3, 3, 4, 16], 1],
    [[2, 2, 3, 50], 1],
    [[1, 1], 3],
  ])('%j with gain %f turns and does not stretch', (shape, gain) => {
    for (let seed = 0; seed < 3; seed++) expect(deviationFromIdentity(shape, gain, seed)).toBeLessThan(1e-13)
  })

  it('has no direction that it prefers: entries have mean 0 and variance 1 / n', () => {
    const size = 4
    const matrices = 2000
    const sums = new Float64Array(size * size)
    const squares = new Float64Array(size * size)
    const source = random(3)
    for (let i = 0; i < matrices; i++)
      orthogonal()([size, size], { in: size, out: size }, source).forEach((value, k) => {
        sums[k] += value
        squares[k] += value * value
      })
    // An entry of a Haar matrix: variance 1 / n, fourth moment 3 / (n (n + 2)). Five standard errors.
    const error = 5 * Math.sqrt(1 / size / matrices)
    const errorOfSquare = 5 * Math.sqrt((3 / (size * (size + 2)) - 1 / size ** 2) / matrices)
    for (let k = 0; k < size * size; k++) {
      expect(Math.abs(sums[k] / matrices)).toBeLessThan(error)
      expect(Math.abs(squares[k] / matrices - 1 / size)).toBeLessThan(errorOfSquare)
    }
  })

  it('refuses vectors', () => {
    expect(() => orthogonal()([8], { in: 8, out: 8 }, random(0))).toThrow(
      /orthogonal: the parameter must have at least two axes\nreceived: a parameter of shape \[8\]/,
    )
  })
})

/** Muon against its definition by singular values: U p(S) V' from NumPy's SVD, where the library has products alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDescent, type Surface } from '../../test/descent.ts'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { matmul, mul, reshape, square, sub, sum, tensor } from '../tensor/index.ts'
import { adamw } from './adam.ts'
import { muon, orthogonalized } from './muon.ts'

const engine = createEngine(referenceBackend())
const values = [1, -2, 0.5, 3, 0.25, -1]

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 10)
}

describe('Newton and Schulz', () => {
  it.each([
    [2, [0.333719769007, -0.643367876339, 0.157231219834, 0.998150349311, 0.075155308551, -0.329507228214]],
    [3, [0.766772590179, -0.367059594426, 0.534714154886, 0.626253321538, 0.17277716507, -0.19298778845]],
  ])('do to singular values what the polynomial says, with %i rows', (rows, expected) => {
    const matrix = tensor(Float64Array.from(values), [rows, 6 / rows])
    expectClose(orthogonalized(matrix, 5).read(engine), expected)
  })

  it('leave rows of nearly one length at nearly right angles', () => {
    const entries = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(entries, (noise) => {
        // Far enough from singular: identity beside noise.
        const matrix = noise.map((value, i) => 0.4 * value + (i % 5 === 0 ? 1 : 0))
        const result = orthogonalized(tensor(Float64Array.from(matrix), [2, 4]), 5)
        const [a, b, , d] = matmul(result, result, { transposeB: true }).read(engine)
        expect(Math.abs(b)).toBeLessThan(0.5)
        for (const square of [a, d]) expect(square).toBeGreaterThan(0.4)
        for (const square of [a, d]) expect(square).toBeLessThan(1.6)
      }),
      { numRuns: 30 },
    )
  })

  it('leave zeros alone', () => {
    expectClose(orthogonalized(tensor([[0, 0]]), 5).read(engine), [0, 0])
  })
})

describe('muon', () => {
  function bowl(targets: readonly number[], curvatures: readonly number[]): Surface {
    return (point) => {
      const flat = reshape(point, [targets.length])
      return sum(mul(square(sub(flat, tensor(targets))), tensor(curvatures)))
    }
  }

  it('steps along the orthogonal matrix, by the size of a step of Adam', () => {
    const height = bowl([0, 1, -1, 2, 2, 0.5], [1, 0.5, 2, 0.3, 1, 1.5])
    const descent = createDescent(engine, muon({ learningRate: 0.1 }), height, values, { shape: [2, 3] })
    for (let step = 0; step < 2; step++) descent.update()
    expectClose(
      descent.update(),
      [0.941259300001, -1.897080969142, 0.397541104462, 2.902526368884, 0.293171836039, -0.90475408364],
    )
    descent.release()
  })

  it('takes a kernel for the matrix of all that is summed over, and the outputs', () => {
    const optimizer = muon({ learningRate: 0.05, momentum: 0.9, weightDecay: 0, nesterov: false, scale: 'spectral' })
    const height = bowl([0, 1, -1, 2, 2, 0.5, 1, 1], [1, 0.5, 2, 0.3, 1, 1.5, 0.7, 0.2])
    const descent = createDescent(engine, optimizer, height, [...values, 0.75, 2], { shape: [2, 1, 2, 2] })
    for (let step = 0; step < 2; step++) descent.update()
    const expected = [0.957744677337, -1.9364624373, 0.373860608864, 2.987053907111, 0.324286098793, -0.905187451598]
    expectClose(descent.update(), [...expected, 0.757415893235, 1.991512033827])
    descent.release()
  })

  it('leaves what is no matrix to AdamW', () => {
    const height = bowl([1, -1], [1, 2])
    const options = { learningRate: 0.1, weightDecay: 0.2 }
    const [ours, theirs] = [muon(options), adamw(options)].map((each) => createDescent(engine, each, height, [3, 3]))
    for (let step = 0; step < 5; step++) expectClose(ours.update(), Array.from(theirs.update()))
    for (const each of [ours, theirs]) each.release()
  })
})

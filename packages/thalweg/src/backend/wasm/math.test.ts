import { describe, expect, test } from 'vitest'
import { ACCURACY, ulps } from './math/accuracy.ts'
import { LONGEST_CALL as BATCH, runnableFunction } from './math/run-function.ts'

/**
 * Samples of float32 by their bits, one from each of equal ranges of bit patterns, so that every exponent, both signs,
 * subnormals and NaN are met. All 2^32 are too many for a unit test: `npm run ulp`.
 */
const SAMPLES = 1 << 18

function stratified(batch: number): Float32Array {
  const bits = new Uint32Array(BATCH)
  const width = 2 ** 32 / SAMPLES
  for (let i = 0; i < BATCH; i++) bits[i] = (batch * BATCH + i) * width + (Math.imul(i + batch, 2654435761) % width)
  return new Float32Array(bits.buffer)
}

const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -127,
  3e38,
  -3e38,
  88.73,
  -103.5,
]

describe.each(ACCURACY)('$op', ({ op, bound, exact }) => {
  const run = runnableFunction(op)

  test(`is within ${bound} units in the last place over all of float32`, () => {
    let worst = 0
    let at = 0
    for (let batch = 0; batch < SAMPLES / BATCH; batch++) {
      const x = stratified(batch)
      run(x).forEach((got, i) => {
        const error = ulps(got, exact(x[i]))
        if (error > worst) [worst, at] = [error, x[i]]
      })
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(bound)
  })

  test('is right at the edges, and in the sign of zero', () => {
    run(Float32Array.from(EDGES)).forEach((got, i) => {
      const rounded = Math.fround(exact(Math.fround(EDGES[i])))
      if (rounded === 0) expect(got, `at ${EDGES[i]}`).toBe(rounded)
      else expect(ulps(got, rounded), `at ${EDGES[i]}`).toBeLessThanOrEqual(bound + 0.5)
    })
  })
})

test('sin and cos keep their digits for the largest arguments', () => {
  const x = Float32Array.from({ length: 4096 }, (_, i) => 2 ** (20 + (i % 107)) * (1 + i / 4096) * (i % 2 ? 1 : -1))
  runnableFunction('sin')(x).forEach((got, i) => {
    expect(ulps(got, Math.sin(x[i])), `sin(${x[i]})`).toBeLessThan(1.6)
  })
})

describe('pow', () => {
  const run = runnableFunction('pow')

  test('is within 0.6 units in the last place', () => {
    let worst = 0
    let at: unknown
    for (let batch = 0; batch < SAMPLES / BATCH; batch++) {
      const x = stratified(batch)
      // Exponents that keep the result in range, whole ones, and halves for the bases whose sign allows it.
      const y = x.map((base, i) => {
        if (i % 3 === 0) return ((i % 299) - 149) / Math.log2(Math.abs(base))
        return i % 3 === 1 ? (i % 21) - 10 : (i % 41) / 2 - 10
      })
      run(x, y).forEach((got, i) => {
        const error = ulps(got, x[i] ** y[i])
        if (error > worst) [worst, at] = [error, `${x[i]} ** ${y[i]}`]
      })
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(0.6)
  })

  test("has the edges of ECMAScript's **", () => {
    const edges = [...EDGES, 2, 3, -3, 1.5, 1e30, 16777215, -16777215, 16777216]
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const))
    const x = Float32Array.from({ length: Math.ceil(pairs.length / 4) * 4 }, (_, i) => pairs[i]?.[0] ?? 0)
    const y = Float32Array.from(x, (_, i) => pairs[i]?.[1] ?? 0)
    run(x, y).forEach((got, i) => {
      const exact = x[i] ** y[i]
      const rounded = Math.fround(exact)
      if (rounded === 0 || !Number.isFinite(rounded)) expect(got, `${x[i]} ** ${y[i]}`).toBe(rounded)
      else expect(ulps(got, exact), `${x[i]} ** ${y[i]}`).toBeLessThanOrEqual(0.6)
    })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erf } from '../../backend/reference/erf.ts'
import { random } from '../../base/index.ts'
import { caffeFiller } from './caffe.ts'
import { constant, ones, zeros } from './constant.ts'
import { gainOf } from './gain.ts'
import { identity } from './identity.ts'
import { fanOf, type Initializer } from './initializer.ts'
import { normal, truncatedNormal } from './normal.ts'
import { he, lecun, xavier } from './scaled.ts'
import { smallRandom, unitRandom } from './small-random.ts'
import { uniform } from './uniform.ts'

const shape = [200, 150]
const fan = { in: 200, out: 150 }

/** A distribution to hold draws against: P(X <= x) by its mean and deviation, and the kurtosis that errors of variances need. */
interface Law {
  readonly below: (x: number, mean: number, deviation: number) => number
  readonly kurtosis: number
}

const cumulative = (z: number): number => (1 + erf(z / Math.SQRT2)) / 2

const gaussian: Law = { below: (x, mean, deviation) => cumulative((x - mean) / deviation), kurtosis: 3 }
const flat: Law = {
  below: (x, mean, deviation) => (x - mean) / (2 * Math.sqrt(3) * deviation) + 0.5,
  kurtosis: 1.8,
}
/** Cut off at two deviations, which leaves this much deviation and kurtosis (integrals of the density). */
const LEFT = 0.8796256610342398
const cut: Law = {
  below: (x, mean, deviation) =>
    (cumulative(((x - mean) / deviation) * LEFT) - cumulative(-2)) / (cumulative(2) - cumulative(-2)),
  kurtosis: 2.36553672,
}

function draw(initializer: Initializer): Float64Array {
  return initializer(shape, fan, random(7))
}

/** Five standard errors for mean and variance: one run in a million would be off by chance, and the seed is fixed. */
function expectLaw(values: Float64Array, law: Law, mean: number, variance: number): void {
  const drawn = values.reduce((a, b) => a + b, 0) / values.length
  const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  expect(Math.abs(drawn - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length))
  expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt((law.kurtosis - 1) / values.length))
  expectForm(values, (x) => law.below(x, mean, Math.sqrt(variance)))
}

/** Kolmogorov's and Smirnov's largest distance, at a level of one in a million: sqrt(ln(2 / 1e-6) / 2 / n). */
function expectForm(values: Float64Array, below: (x: number) => number): void {
  const distance = values.toSorted().reduce((largest, value, i) => {
    const expected = below(value)
    return Math.max(largest, Math.abs(expected - i / values.length), Math.abs(expected - (i + 1) / values.length))
  }, 0)
  expect(distance).toBeLessThan(Math.sqrt(Math.log(2 / 1e-6) / 2 / values.length))
}

describe('distributions', () => {
  const cases: readonly (readonly [string, Initializer, Law, number, number])[] = [
    ['smallRandom', smallRandom(), gaussian, 0, 1e-4],
    ['unitRandom', unitRandom(), gaussian, 0, 1],
    ['normal', normal({ mean: 3, deviation: 0.5 }), gaussian, 3, 0.25],
    ['uniform', uniform({ low: 1, high: 4 }), flat, 2.5, 0.75],
    ['truncatedNormal', truncatedNormal({ mean: -1, deviation: 0.5 }), cut, -1, (0.5 * LEFT) ** 2],
    ['xavier', xavier(), flat, 0, 2 / 350],
    ['xavier normal', xavier({ distribution: 'normal' }), gaussian, 0, 2 / 350],
    ["xavier in the article's form", xavier({ distribution: 'normal', fan: 'in' }), gaussian, 0, 1 / 200],
    ['xavier truncated with a gain', xavier({ distribution: 'truncated', gain: 5 / 3 }), cut, 0, (25 / 9) * (2 / 350)],
    ['he', he(), gaussian, 0, 2 / 200],
    ['he uniform by fan-out', he({ distribution: 'uniform', fan: 'out' }), flat, 0, 2 / 150],
    ['he of the average', he({ fan: 'average' }), gaussian, 0, 4 / 350],
    ['lecun', lecun(), gaussian, 0, 1 / 200],
    ['lecun uniform', lecun({ distribution: 'uniform' }), flat, 0, 1 / 200],
    ["Caffe's uniform", caffeFiller({ type: 'uniform' }), flat, 0.5, 1 / 12],
    ["Caffe's gaussian", caffeFiller({ type: 'gaussian', mean: 1, std: 2 }), gaussian, 1, 4],
    ["Caffe's xavier", caffeFiller({ type: 'xavier' }), flat, 0, 1 / 200],
    ["Caffe's xavier by fan-out", caffeFiller({ type: 'xavier', variance_norm: 'FAN_OUT' }), flat, 0, 1 / 150],
    ["Caffe's msra", caffeFiller({ type: 'msra' }), gaussian, 0, 2 / 200],
    ["Caffe's msra of the average", caffeFiller({ type: 'msra', variance_norm: 'AVERAGE' }), gaussian, 0, 4 / 350],
  ]

  it.each(cases)('%s is what it says', (_, initializer, law, mean, variance) => {
    expectLaw(draw(initializer), law, mean, variance)
  })

  it.each([
    [0, 0.5],
    [-3, 0.2],
    [2.5, 4],
    [6, 100],
  ])('a normal cut off at %f and %f keeps the density between', (low, high) => {
    const values = draw(truncatedNormal({ deviation: 2, low: 2 * low, high: 2 * high })).map((value) => value / 2)
    expect(values.every((value) => value >= low && value <= high)).toBe(true)
    // Next to 1, differences would be rounding: a tail on the right is taken from its own side.
    const above = (z: number): number => (low > 0 ? cumulative(-z) : 1 - cumulative(z))
    expectForm(values, (x) => (above(low) - above(x)) / (above(low) - above(high)))
  })

  it('fills with constants', () => {
    const fills = [zeros(), ones(), constant(-2.5)].map((initializer) => [...initializer([2], fan, random(0))])
    expect(fills).toEqual([
      [0, 0],
      [1, 1],
      [-2.5, -2.5],
    ])
  })

  it('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const [first, second] = [a, b].map((seed) => he()([3, 4], { in: 3, out: 4 }, random(seed)))
        expect(Array.from(he()([3, 4], { in: 3, out: 4 }, random(a)))).toEqual(Array.from(first))
        if (a !== b) expect(Array.from(first)).not.toEqual(Array.from(second))
      }),
      { numRuns: 30 },
    )
  })
})

describe('fan', () => {
  it.each([
    [[20], { in: 20, out: 20 }],
    [[20, 30], { in: 20, out: 30 }],
    [[3, 5, 8, 16], { in: 120, out: 240 }],
    [[], { in: 1, out: 1 }],
  ])('of %j is %j', (shape, expected) => {
    expect(fanOf(shape)).toEqual(expected)
  })

  it('of 0 is refused: nothing would be computed from nothing', () => {
    expect(() => he()([0, 3], { in: 0, out: 3 }, random(0))).toThrow(/he: the fan must be a finite number above 0/)
  })
})

describe('identity', () => {
  it('hands on as many inputs as there are outputs for', () => {
    const at = (shape: readonly number[]) => [...identity({ gain: 2 })(shape, fanOf(shape), random(0))]
    expect(at([2, 3])).toEqual([2, 0, 0, 0, 2, 0])
    expect(at([3, 2])).toEqual([2, 0, 0, 2, 0, 0])
  })

  it('lies at the centre of a kernel, in each group of it', () => {
    // [3, 3, 1 of 2 channels, 4 filters]: filters 0 and 2 are the first of their groups.
    const values = identity({ groups: 2 })([3, 3, 1, 4], fan, random(0))
    expect([...values.subarray(16, 20)]).toEqual([1, 0, 1, 0])
    expect(values.reduce((a, b) => a + b, 0)).toBe(2)
    expect(() => identity({ groups: 3 })([3, 3, 1, 4], fan, random(0))).toThrow(/groups 3 must divide the outputs/)
  })
})

describe('gains', () => {
  it("are PyTorch's", () => {
    expect([gainOf('tanh'), gainOf('relu'), gainOf('selu'), gainOf('sigmoid')]).toEqual([5 / 3, Math.SQRT2, 0.75, 1])
    expect(gainOf('leakyRelu', 0.2)).toBe(Math.sqrt(2 / 1.04))
    expect(gainOf('leakyRelu')).toBe(Math.sqrt(2 / 1.0001))
    expect(() => gainOf('leaky')).toThrow(/did you mean "leakyRelu"/)
  })
})

it('says how it was asked for', () => {
  expect(he().description).toBe('he(distribution=normal, fan=in)')
  expect(smallRandom().description).toBe('smallRandom(scale=0.01)')
  expect(truncatedNormal().description).toBe('truncatedNormal(mean=0, deviation=0.05)')
})

import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import {
  applyTransforms,
  arrays,
  type Components,
  center,
  type Dataset,
  type FitTransform,
  fitInputs,
  invertInputs,
  invertTransforms,
  materialized,
  minMax,
  pca,
  pcaWhitening,
  preprocessed,
  readPreprocessing,
  robust,
  sequentialOrder,
  standardize,
  type Transform,
  zcaWhitening,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const make = (length: number): Float64Array => new Float64Array(length)

/** Nine examples of four values; also read as images of 1 x 2 pixels with two channels. */
const values = Float32Array.from({ length: 36 }, (_, at) => {
  const [r, k] = [Math.floor(at / 4), at % 4]
  return ((7 * r + 11 * k + 3 * r * k) % 13) + 0.25 * k * r
})
const labels = new Array<number>(9).fill(0)
const features = arrays({ inputs: values, inputShape: [4], labels })
const images = arrays({ inputs: values, inputShape: [1, 2, 2], labels })

function fitOne(fit: FitTransform, dataset: Dataset = features): Transform {
  return fitInputs(dataset, [fit]).transforms[0]
}

/** The examples after these transforms, in float64. */
function apply(
  transforms: readonly Transform[],
  of: ArrayLike<number> = values,
  shape: readonly number[] = [4],
): Float64Array {
  const width = shape.reduce((a, b) => a * b, 1)
  return applyTransforms(transforms, shape, Float64Array.from(of), of.length / width, make)
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 10): void {
  expect(actual).toHaveLength(expected.length)
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits)
}

/** `[width, width]`, over n. */
function covarianceOf(rows: ArrayLike<number>, width: number): Float64Array {
  const count = rows.length / width
  const mean = new Float64Array(width)
  for (let i = 0; i < rows.length; i++) mean[i % width] += rows[i] / count
  const covariance = new Float64Array(width * width)
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < width; i++) {
      for (let k = 0; k < width; k++) {
        covariance[i * width + k] += ((rows[r * width + i] - mean[i]) * (rows[r * width + k] - mean[k])) / count
      }
    }
  }
  return covariance
}

function identity(width: number): number[] {
  return Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0))
}

/** Correlated features, from a simple generator. */
function correlated(count: number, width: number): Float32Array {
  let state = 1
  const draw = (): number => {
    state = (state * 16807) % 2147483647
    return state / 1073741824 - 1
  }
  const rows = new Float32Array(count * width)
  for (let r = 0; r < count; r++) {
    const shared = [draw(), draw(), draw()]
    for (let k = 0; k < width; k++) rows[r * width + k] = shared[k % 3] * (1 + k / 4) + 0.3 * draw() + k
  }
  return rows
}

// NumPy on the same values: x.mean(0), x.std(0), x.min(0), numpy.quantile(x, q, axis=0); per channel of x.reshape(-1, 2).
describe('scaling, as NumPy computes it', () => {
  it.each<[string, FitTransform, object]>([
    ['center', center(), { kind: 'center', mean: [4.888888888888889, 7.222222222222222, 11, 9] }],
    [
      'standardize',
      standardize(),
      {
        mean: [4.888888888888889, 7.222222222222222, 11, 9],
        scale: [3.478327964999673, 3.563792542215472, 1.2909944487358056, 4.1466184348749096],
      },
    ],
    ['minMax', minMax(), { minimum: [0, 2, 9, 1.5], maximum: [10, 13, 13, 16.5] }],
    ['robust', robust(), { median: [4, 7.5, 11, 9], spread: [6, 5.5, 2, 4] }],
    ['robust, deciles', robust({ quantiles: [0.1, 0.9] }), { spread: [8.4, 8.8, 3.2, 9] }],
  ])('%s', (_, fit, expected) => {
    const found = fitOne(fit)
    for (const [key, figures] of Object.entries(expected)) {
      const actual: unknown = Reflect.get(found, key)
      if (Array.isArray(figures)) expectClose(actual as number[], figures)
      else expect(actual).toBe(figures)
    }
  })

  it('takes each channel of an image together, or each pixel alone', () => {
    const channels = fitOne(standardize(), images)
    const pixels = fitOne(standardize({ per: 'pixel' }), images)
    if (channels.kind !== 'standardize' || pixels.kind !== 'standardize') throw new Error(channels.kind)
    expectClose(channels.mean, [7.944444444444445, 8.11111111111111])
    expectClose(channels.scale, [4.027298822097652, 3.967071252320489])
    expect(pixels).toEqual(fitOne(standardize()))
    expect(fitOne(center({ per: 'pixel' }), images)).toEqual(fitOne(center()))
    expect(fitOne(minMax({ per: 'pixel' }), images)).toEqual(fitOne(minMax()))
    expect(fitOne(robust({ per: 'pixel' }), images)).toEqual(fitOne(robust()))
    expect(fitOne(robust(), images)).toMatchObject({ median: [9.25, 7.875], spread: [6.125, 5.625] })
  })

  it('leaves what never varies: only shifted, and turned back', () => {
    const constant = arrays({ inputs: new Float32Array(6).fill(0.1), inputShape: [1], labels: [0, 0, 0, 0, 0, 0] })
    for (const fit of [standardize(), minMax({ low: 3, high: 4 }), robust(), center()]) {
      const fitted = fitInputs(constant, [fit])
      const out = apply(fitted.transforms, [0.1], [1])
      expect(out[0]).toBeCloseTo(fitted.transforms[0].kind === 'min-max' ? 3 : 0, 6)
      expect(invertInputs(fitted, out)[0]).toBeCloseTo(0.1, 6)
    }
  })

  it('of min-max is exactly within its limits, to rounding', () => {
    const scaled = apply([fitOne(minMax({ low: -1, high: 1 }))])
    for (let k = 0; k < 4; k++) {
      const column = scaled.filter((_, at) => at % 4 === k)
      expect(Math.min(...column)).toBeCloseTo(-1, 14)
      expect(Math.max(...column)).toBeCloseTo(1, 14)
    }
  })
})

// numpy.linalg.svd of the centered values: rows of vt (largest entry positive), s**2 / 9.
const components = [
  0.102805615555, 0.394391492532, 0.089810205259, 0.908746655048, 0.716737905728, -0.646029688125, 0.190717902243,
  0.18044139857, 0.688862614563, 0.623157587832, -0.16365723274, -0.332203595941, -0.034439485477, 0.196915244222,
  0.963730833256, -0.176808341053,
]
const variance = [19.207714797220575, 16.776870965730872, 6.904372430762497, 0.7715356334465162]

describe('principal components', () => {
  it('are those of NumPy', () => {
    const found = fitOne(pca())
    if (found.kind !== 'pca') throw new Error(found.kind)
    expectClose(found.components, components)
    expectClose(found.variance, variance)
    expect(found.totalVariance).toBeCloseTo(43.66049382716049, 10)
  })

  it('keep k of them, or a share of the variance', () => {
    const kept = (fit: FitTransform): number => (fitOne(fit) as Transform & Components).variance.length
    expect(kept(pca({ components: 3 }))).toBe(3)
    const shares = variance.map((_, k) => variance.slice(0, k + 1).reduce((a, b) => a + b, 0) / 43.66049382716049)
    expect(shares.map((share) => kept(pca({ variance: share - 1e-9 })))).toEqual([1, 2, 3, 4])
    expect(shares.slice(0, 3).map((share) => kept(pca({ variance: share + 1e-9 })))).toEqual([2, 3, 4])
    expect(kept(pca({ variance: 1 }))).toBe(4)
  })

  it('uncorrelate the examples, and give the nearest point back', () => {
    const found = fitOne(pca({ components: 2 }))
    const scores = apply([found])
    expectClose(covarianceOf(scores, 2), [variance[0], 0, 0, variance[1]])
    const back = invertTransforms([found], [4], scores, 9, make)
    const lost = back.reduce((sum, value, at) => sum + (value - values[at]) ** 2, 0) / 9
    expect(lost).toBeCloseTo(variance[2] + variance[3], 9)
  })
})

describe('whitening', () => {
  it('is what NumPy computes', () => {
    const first = (fit: FitTransform): Float64Array => apply([fitOne(fit)]).subarray(0, 4)
    expectClose(first(pcaWhitening()), [-0.2304069617695, -1.6325673697055, -0.008334637609, -0.7531807451542])
    expectClose(first(zcaWhitening()), [-1.1736123099762, 0.8103098801089, -1.056552203942, -0.3680268606093])
    expectClose(
      first(zcaWhitening({ epsilon: 0.5 })),
      [-1.1617900793172, 0.8290582848822, -0.8913496273158, -0.3905907965967],
    )
  })

  it('makes the covariance of the training examples the identity', () => {
    const train = arrays({ inputs: correlated(300, 30), inputShape: [5, 3, 2], labels: new Array<number>(300).fill(0) })
    for (const fit of [zcaWhitening(), pcaWhitening()]) {
      const seen = materialized(preprocessed(train, fitInputs(train, [fit])))
      const inputs = new Float32Array(300 * 30)
      seen.fill(sequentialOrder(300), inputs, new Int32Array(300))
      covarianceOf(inputs, 30).forEach((value, at) => {
        expect(Math.abs(value - (at % 31 === 0 ? 1 : 0))).toBeLessThan(1e-4)
      })
    }
  })

  /** A column that never varies, and one that is the sum of two others. */
  const singular = arrays({
    inputs: Float32Array.from({ length: 45 }, (_, at) => {
      const row = Math.floor(at / 5) * 4
      return [values[row], values[row + 1], values[row] + values[row + 1], 6, values[row + 3]][at % 5]
    }),
    inputShape: [5],
    labels,
  })
  const singularValues = new Float32Array(45)
  singular.fill(sequentialOrder(9), singularValues, new Int32Array(9))

  it('leaves out axes without variance when the covariance is singular', () => {
    const white = fitOne(pcaWhitening(), singular)
    const scores = apply([white], singularValues, [5])
    expect(scores).toHaveLength(27)
    expectClose(covarianceOf(scores, 3), identity(3))
    const zca = fitOne(zcaWhitening(), singular)
    const images = apply([zca], singularValues, [5])
    const projector = covarianceOf(images, 5)
    // The identity on three axes, nothing on the other two.
    expect(projector.filter((_, at) => at % 6 === 0).reduce((a, b) => a + b)).toBeCloseTo(3, 9)
    expectClose(covarianceOf(apply([zca], singularValues, [5]), 5), projector)
    expectClose(invertTransforms([zca], [5], images, 9, make), singularValues, 5)
    expectClose(invertTransforms([white], [5], scores, 9, make), singularValues, 5)
  })

  it('counts what rounding leaves of no variance as none', () => {
    // Twelve sums of three columns, with whole factors: exact, but for the arithmetic of the eigenvalues.
    const sums = Float32Array.from({ length: 9 * 12 }, (_, at) => {
      const [r, k] = [Math.floor(at / 12), at % 12]
      return (k + 1) * values[4 * r] + ((5 * k) % 7) * values[4 * r + 1] + ((k * k) % 11) * values[4 * r + 3]
    })
    const found = fitOne(pcaWhitening(), arrays({ inputs: sums, inputShape: [12], labels }))
    if (found.kind !== 'pca-whitening') throw new Error(found.kind)
    expect(found.variance).toHaveLength(3)
  })

  it('counts what rounding to float32 makes as none', () => {
    const shares = Float32Array.from({ length: 9 * 5 }, (_, at) => {
      const [r, k] = [Math.floor(at / 5), at % 5]
      return 100 + 0.1 * (k + 1) * values[4 * r] + 0.3 * values[4 * r + 1]
    })
    const found = fitOne(pcaWhitening(), arrays({ inputs: shares, inputShape: [5], labels }))
    if (found.kind !== 'pca-whitening') throw new Error(found.kind)
    expect(found.variance).toHaveLength(2)
  })

  it('keeps all axes with an epsilon, and is exactly invertible for any example', () => {
    const strange = [100, -3, 8, 0, 55]
    for (const fit of [zcaWhitening({ epsilon: 0.01 }), pcaWhitening({ epsilon: 0.01 })]) {
      const fitted = fitOne(fit, singular)
      const out = apply([fitted], strange, [5])
      expect(out).toHaveLength(5)
      expectClose(invertTransforms([fitted], [5], out, 1, make), strange, 9)
    }
  })

  it('says so where there is nothing to scale', async () => {
    const error = await fails('data/bad-components', () => fitInputs(singular, [pcaWhitening({ components: 4 })]))
    expect(error.received).toBe('components 4, of 5 features that vary along 3 axes')
    expect(error.try).toBe('give components 3, or an epsilon above 0')
    const alike = arrays({ inputs: new Float32Array(12).fill(1), inputShape: [4], labels: [0, 0, 0] })
    await fails('data/no-variance', () => fitInputs(alike, [zcaWhitening()]))
    await fails('data/no-variance', () => fitInputs(arrays({ inputs: values, inputShape: [36], labels: [0] }), [pca()]))
  })
})

const anyFit: readonly (readonly [string, FitTransform])[] = [
  ['center', center()],
  ['standardize', standardize({ per: 'pixel' })],
  ['minMax', minMax({ low: -2, high: 5 })],
  ['robust', robust()],
  ['pca', pca()],
  ['pcaWhitening', pcaWhitening()],
  ['zcaWhitening', zcaWhitening()],
]

describe('every transform', () => {
  it('is undone by its inverse, in any chain, for any example', () => {
    const chain = fc.array(fc.constantFrom(...anyFit), { minLength: 1, maxLength: 4 })
    const example = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(chain, fc.array(example, { maxLength: 3 }), (fits, rows) => {
        const { transforms } = fitInputs(
          features,
          fits.map(([, fit]) => fit),
        )
        const flat = rows.flat()
        const back = invertTransforms(transforms, [4], apply(transforms, flat), rows.length, make)
        expectClose(back, flat, 7)
      }),
    )
  })

  it.each(anyFit)('%s survives JSON and gives the same bits', (_, fit) => {
    const fitted = fitInputs(images, [fit])
    const back = readPreprocessing(JSON.parse(JSON.stringify(fitted)))
    expect(back).toEqual(fitted)
    const image = [1, 2, 2]
    if (back.kind === 'inputs')
      expect(apply(back.transforms, values, image)).toEqual(apply(fitted.transforms, values, image))
  })

  it.each(anyFit)('%s refuses to be read with a field removed or damaged', async (_, fit) => {
    const fitted = fitInputs(features, [fit])
    const [transform] = fitted.transforms
    for (const key of Object.keys(transform)) {
      const without = Object.fromEntries(Object.entries(transform).filter(([name]) => name !== key))
      for (const broken of [without, { ...transform, [key]: 'x' }, { ...transform, [key]: [1, null] }]) {
        await fails('data/bad-preprocessing', () => readPreprocessing({ ...fitted, transforms: [broken] }))
      }
    }
  })

  it.each(anyFit)('%s refuses examples of another shape', async (_, fit) => {
    await fails('data/shape-mismatch', () => apply([fitOne(fit)], values, [3, 3]))
  })

  it('fits to what those before it leave', () => {
    const { transforms } = fitInputs(images, [standardize(), center({ per: 'pixel' }), zcaWhitening(), minMax()])
    const out = apply(transforms, values, [1, 2, 2])
    for (const channel of [0, 1]) {
      const column = out.filter((_, at) => at % 2 === channel)
      expect(Math.min(...column)).toBeCloseTo(0, 6)
      expect(Math.max(...column)).toBeCloseTo(1, 6)
    }
  })
})

describe('bad options', () => {
  it.each<[string, () => unknown]>([
    ['data/bad-range', () => minMax({ low: 1, high: 1 })],
    ['data/bad-range', () => minMax({ low: Number.NaN })],
    ['data/bad-range', () => robust({ quantiles: [0.75, 0.25] })],
    ['data/bad-components', () => pca({ components: 0 })],
    ['data/bad-components', () => pca({ components: 1.5 })],
    ['data/bad-components', () => pca({ variance: 0 })],
    ['data/bad-components', () => pca({ variance: 1.1 })],
    ['data/bad-components', () => pcaWhitening({ components: 2, variance: 0.5 })],
    ['data/bad-components', () => fitInputs(features, [pca({ components: 5 })])],
    ['data/bad-epsilon', () => zcaWhitening({ epsilon: -1 })],
    ['data/bad-epsilon', () => pcaWhitening({ epsilon: Number.NaN })],
    [
      'data/too-many-features',
      () => fitInputs(arrays({ inputs: new Uint8Array(8193), inputShape: [8193], labels: [0] }), [pca()]),
    ],
  ])('%s: three lines', async (code, act) => {
    await fails(code, act)
  })
})

describe('materialized', () => {
  it('has the values, the target and the identity of its view', async () => {
    const view = preprocessed(images, fitInputs(images, [center()]))
    const kept = materialized(view)
    const [a, b] = [new Float32Array(12), new Float32Array(12)]
    const rows = Int32Array.of(8, 0, 3)
    view.fill(rows, a, new Int32Array(3))
    kept.fill(rows, b, new Int32Array(3))
    expect(b).toEqual(a)
    expect(await kept.fingerprint()).toBe(await view.fingerprint())
    expect(kept.target).toEqual(view.target)
    const numbers = arrays({ inputs: values, inputShape: [4], numbers: values.subarray(0, 18), names: ['u', 'v'] })
    const targets = new Float32Array(6)
    materialized(numbers).fill(rows, b, targets)
    expect([...targets]).toEqual([values[16], values[17], values[0], values[1], values[6], values[7]])
  })
})

const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0,
)

describe.skipIf(!python)('beside NumPy (needs a python3 with numpy)', () => {
  const SCRIPT = `
import json, sys, numpy
rows = numpy.array(json.load(sys.stdin))
mean = rows.mean(0)
_, s, vt = numpy.linalg.svd(rows - mean, full_matrices=False)
json.dump({"variance": (s ** 2 / len(rows)).tolist(), "components": vt.tolist()}, sys.stdout)
`
  it('gives the same components of 200 examples with 24 values', () => {
    const rows = correlated(200, 24)
    const nested = Array.from({ length: 200 }, (_, r) => [...rows.subarray(r * 24, (r + 1) * 24)])
    const { stdout } = spawnSync(python ?? '', ['-c', SCRIPT], { input: JSON.stringify(nested), encoding: 'utf8' })
    const theirs: { variance: number[]; components: number[][] } = JSON.parse(stdout)
    const ours = fitOne(pca(), arrays({ inputs: rows, inputShape: [24], labels: new Array<number>(200).fill(0) }))
    if (ours.kind !== 'pca') throw new Error(ours.kind)
    expectClose(ours.variance, theirs.variance, 12)
    theirs.components.forEach((axis, i) => {
      const own = ours.components.slice(i * 24, (i + 1) * 24)
      const overlap = own.reduce((sum, value, k) => sum + value * axis[k], 0)
      expect(Math.abs(overlap)).toBeCloseTo(1, 10)
    })
  })
})

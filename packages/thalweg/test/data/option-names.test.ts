import * as data from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const few = data.arrays({ inputs: [1, 2, 3, 4], labels: [0, 1, 0, 1] })
const images = data.digits({ size: 4 })
const pacing = data.stepPacing({ start: 0.5, epochs: 1 })

/** What works, so that nothing but the stranger beside it is wrong. */
const works: Readonly<Record<string, readonly [call: (options: never) => unknown, options: object]>> = {
  arrays: [data.arrays, { inputs: [1, 2], labels: [0, 1] }],
  split: [(options) => data.split(few, options), { seed: 1, valid: 0, test: 0.25 }],
  prepareTable: [
    (options) =>
      data.prepareTable([['a', 'b'], ...[1, 2, 3, 4, 5, 6].map((n) => [`${n}`, n % 2 ? 'u' : 'v'])], options),
    { target: 'b', seed: 1, valid: 0, test: 0.3 },
  ],
  spiral: [data.spiral, {}],
  circles: [data.circles, {}],
  moons: [data.moons, {}],
  xor: [data.xor, {}],
  digits: [data.digits, { size: 1 }],
  augmented: [(options) => data.augmented(images, [data.flip()], options), {}],
  mixup: [(options) => data.mixup(few, options), {}],
  cutMix: [(options) => data.cutMix(images, options), {}],
  shift: [data.shift, { pixels: 1 }],
  rotate: [data.rotate, { degrees: 1 }],
  shear: [data.shear, { degrees: 1 }],
  zoom: [data.zoom, { factors: [1, 2] }],
  noise: [data.noise, { deviation: 1 }],
  flip: [data.flip, {}],
  cutout: [data.cutout, { size: 1 }],
  crop: [data.crop, { padding: 1 }],
  resizedCrop: [data.resizedCrop, {}],
  brightness: [data.brightness, { amount: 0.1 }],
  contrast: [data.contrast, { amount: 0.1 }],
  balanced: [data.balanced, {}],
  weighted: [data.weighted, { weights: [1, 1, 1, 1] }],
  curriculum: [data.curriculum, { scores: [1, 2, 3, 4], pacing }],
  linearPacing: [data.linearPacing, { start: 0.5, epochs: 1 }],
  rootPacing: [data.rootPacing, { start: 0.5, epochs: 1 }],
  stepPacing: [data.stepPacing, { start: 0.5, epochs: 1 }],
  exponentialPacing: [data.exponentialPacing, { start: 0.5, every: 1 }],
  standardize: [data.standardize, {}],
  center: [data.center, {}],
  minMax: [data.minMax, {}],
  robust: [data.robust, {}],
  pca: [data.pca, {}],
  pcaWhitening: [data.pcaWhitening, {}],
  zcaWhitening: [data.zcaWhitening, {}],
}

describe('names of options', () => {
  it.each(Object.entries(works))('%s refuses one that it does not have', async (_, [call, options]) => {
    call(options as never)
    const error = await fails('data/unknown-option', () => call({ ...options, stratify: true } as never))
    expect(error.received).toBe('stratify')
  })

  it.each([
    ['targets', 'did you mean "labels" and "numbers"?'],
    ['input', '"inputs"'],
  ])('%s', async (name, suggestion) => {
    const error = await fails('data/unknown-option', () => data.arrays({ inputs: [1], labels: [0], [name]: [1] }))
    expect(error.try).toContain(suggestion)
  })

  it('is no bag of options', async () => {
    const error = await fails('data/bad-option', () => data.shift(2 as never))
    expect(error.try).toContain('{ pixels: 2 }')
  })

  it('classes are names, not a count', async () => {
    await fails('data/bad-classes', () => data.arrays({ inputs: [1, 2], labels: [0, 1], classes: 2 as never }))
  })
})

import { circles, type Dataset, digits, eachChunk, generators, labelsOf, moons, spiral, xor } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

function valuesOf(dataset: Dataset): Float32Array {
  const width = dataset.inputShape.reduce((a, b) => a * b, 1)
  const values = new Float32Array(dataset.size * width)
  eachChunk(dataset, (inputs, _, start) => values.set(inputs, start * width))
  return values
}

/** The fingerprint of 50 digits of seed 1. */
const DIGITS = '0145683f068f467fd88e4ef78a85e782bb40f7b7177740d45069d099e4520410'

it('finds generators by name', () => {
  expect(Object.entries(generators).map(([name, generate]) => [name, generate({ size: 20 }).name])).toEqual(
    ['digits', 'spiral', 'moons', 'circles', 'xor'].map((name) => [name, name]),
  )
})

const planes = { spiral, moons, circles, xor }

describe.each(Object.entries(planes))('%s', (_, generate) => {
  it('is the same for the same seed and begins alike at any size', async () => {
    const [a, b, c] = [generate({ seed: 4 }), generate({ seed: 4 }), generate({ seed: 5 })]
    expect(await a.fingerprint()).toBe(await b.fingerprint())
    expect(await a.fingerprint()).not.toBe(await c.fingerprint())
    expect(valuesOf(generate({ seed: 4, size: 30 }))).toEqual(valuesOf(a).subarray(0, 60))
  })

  it('shares its points evenly among classes, two coordinates each', () => {
    const dataset = generate({ size: 60 })
    expect(dataset).toMatchObject({ size: 60, inputShape: [2] })
    const labels = labelsOf(dataset) ?? []
    const classes = dataset.target.kind === 'class' ? dataset.target.classes.length : 0
    for (let k = 0; k < classes; k++) expect([...labels].filter((label) => label === k)).toHaveLength(60 / classes)
  })

  it('refuses sizes, seeds and noise that are none', async () => {
    await fails('data/bad-count', () => generate({ size: 1 }))
    await fails('data/bad-seed', () => generate({ seed: 0.5 }))
    await fails('data/bad-noise', () => generate({ noise: -1 }))
    await fails('data/bad-noise', () => generate({ noise: Number.NaN }))
  })
})

describe('shapes without noise', () => {
  const eachPoint = (dataset: Dataset, visit: (x: number, y: number, label: number) => void): void => {
    const labels = labelsOf(dataset) ?? []
    const values = valuesOf(dataset)
    for (let i = 0; i < dataset.size; i++) visit(values[2 * i], values[2 * i + 1], labels[i])
  }

  it('circles lie on radius 1 and 0.5', () => {
    eachPoint(circles({ noise: 0 }), (x, y, label) => expect(Math.hypot(x, y)).toBeCloseTo(label === 0 ? 1 : 0.5, 6))
  })

  it('xor is the exclusive or of the signs', () => {
    eachPoint(xor({ noise: 0 }), (x, y, label) => expect(x * y >= 0).toBe(label === 0))
  })

  it('moons are two half circles', () => {
    eachPoint(moons({ noise: 0 }), (x, y, label) => {
      expect(label === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5)).toBeCloseTo(1, 6)
      expect(label === 0 ? y >= 0 : y <= 0.5).toBe(true)
    })
  })

  it('the arms of a spiral turn 4 radians', () => {
    eachPoint(spiral({ noise: 0, classes: 5, size: 500 }), (x, y, label) => {
      const angle = 4 * Math.hypot(x, y) + (2 * Math.PI * label) / 5
      expect(Math.hypot(x, y) * Math.cos(angle)).toBeCloseTo(y, 5)
    })
  })
})

describe('digits', () => {
  it('keeps its bits: a seed of today draws the same tomorrow', async () => {
    expect(await digits({ size: 50, seed: 1 }).fingerprint()).toBe(DIGITS)
    expect(await digits({ size: 50, seed: 2 }).fingerprint()).not.toBe(DIGITS)
  })

  it('begins alike at any size, and holds each digit once in every ten', () => {
    const many = digits({ size: 40 })
    expect(many).toMatchObject({ size: 40, inputShape: [28, 28, 1] })
    expect(valuesOf(digits({ size: 15 }))).toEqual(valuesOf(many).subarray(0, 15 * 784))
    const labels = [...(labelsOf(many) ?? [])]
    for (let i = 0; i < 40; i += 10) expect(labels.slice(i, i + 10).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('puts ink inside the edge, enough of it and not too much', () => {
    const size = 500
    const values = valuesOf(digits({ size }))
    for (let i = 0; i < size; i++) {
      const image = values.subarray(i * 784, (i + 1) * 784)
      const dark = (pixel: number): boolean => pixel > 0.5
      expect(image.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true)
      const share = image.filter(dark).length / 784
      expect(share).toBeGreaterThan(0.01)
      expect(share).toBeLessThan(0.4)
      for (let k = 0; k < 28; k++) {
        expect([image[k], image[27 * 28 + k], image[28 * k], image[28 * k + 27]].some(dark)).toBe(false)
      }
    }
  })

  it('looks like digits: the nearest of 1,000 examples is mostly of the same class, but not always', () => {
    const [known, asked] = [digits({ size: 1000, seed: 1 }), digits({ size: 200, seed: 2 })]
    const [a, b] = [valuesOf(known), valuesOf(asked)]
    const [la, lb] = [labelsOf(known) ?? [], labelsOf(asked) ?? []]
    let right = 0
    for (let i = 0; i < asked.size; i++) {
      let [best, nearest] = [Number.POSITIVE_INFINITY, -1]
      for (let j = 0; j < known.size; j++) {
        let distance = 0
        for (let k = 0; k < 784 && distance < best; k++) distance += (a[j * 784 + k] - b[i * 784 + k]) ** 2
        if (distance < best) [best, nearest] = [distance, j]
      }
      if (la[nearest] === lb[i]) right++
    }
    expect(right / asked.size).toBeGreaterThan(0.7)
    expect(right / asked.size).toBeLessThan(1)
  })
})

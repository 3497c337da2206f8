import fc from 'fast-check'
import {
  type Augmentation,
  arrays,
  augmented,
  brightness,
  contrast,
  crop,
  cutMix,
  cutout,
  type Dataset,
  fitInputs,
  flip,
  mixup,
  noise,
  oneOf,
  preprocessed,
  resizedCrop,
  rotate,
  sequentialOrder,
  shear,
  shift,
  softLabels,
  sometimes,
  subset,
  zoom,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const [SIZE, HEIGHT, WIDTH, CHANNELS] = [12, 6, 5, 2]
const PIXELS = HEIGHT * WIDTH * CHANNELS
const bytes = Uint8Array.from({ length: SIZE * PIXELS }, (_, at) => (at * 7919 + (at >> 3)) % 256)
const images = arrays({
  name: 'images',
  inputs: bytes,
  inputShape: [HEIGHT, WIDTH, CHANNELS],
  labels: Array.from({ length: SIZE }, (_, row) => row % 3),
})

const all: readonly Augmentation[] = [
  shift({ pixels: 2 }),
  crop({ padding: 1, fill: 'reflect' }),
  flip(),
  flip({ direction: 'vertical', probability: 0.9 }),
  rotate({ degrees: 20 }),
  zoom({ factors: [0.8, 1.3] }),
  shear({ degrees: 15, fill: 'edge' }),
  resizedCrop(),
  cutout({ size: 2 }),
  noise({ deviation: 0.1 }),
  brightness({ amount: 0.2 }),
  contrast({ amount: 0.3, range: [0, 1] }),
  sometimes(0.5, noise({ deviation: 1 })),
  oneOf(flip({ probability: 1 }), rotate({ degrees: 90 })),
]

function filled(
  dataset: Dataset,
  rows: Int32Array,
  epoch?: number,
): { inputs: Float32Array; targets: ArrayLike<number> } {
  const width = dataset.inputShape.reduce((a, b) => a * b, 1)
  const inputs = new Float32Array(rows.length * width)
  const { target } = dataset
  const targets =
    target.kind === 'class' ? new Int32Array(rows.length) : new Float32Array(rows.length * target.names.length)
  dataset.fill(rows, inputs, targets, epoch)
  return { inputs, targets }
}

/** Example `row` in each of many epochs, by one augmentation alone. */
function versions(augmentation: Augmentation, dataset: Dataset, row: number, count: number): Float32Array[] {
  const view = augmented(dataset, [augmentation], { seed: 5 })
  return Array.from({ length: count }, (_, epoch) => filled(view, Int32Array.of(row), epoch).inputs)
}

/** A dataset of one grey image. */
function picture(height: number, width: number, value: (y: number, x: number) => number): Dataset {
  const inputs = Float32Array.from({ length: height * width }, (_, at) => value(Math.floor(at / width), at % width))
  return arrays({ inputs, inputShape: [height, width, 1], labels: [0] })
}

describe('augmented', () => {
  it('is a pure function of seed, epoch and row, whatever else is in the batch', () => {
    const rows = fc.array(fc.integer({ min: 0, max: SIZE - 1 }), { minLength: 1, maxLength: 6 })
    const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(fc.shuffledSubarray([...all]), rows, seed, fc.nat(1000), (augmentations, chosen, s, epoch) => {
        const { inputs } = filled(augmented(images, augmentations, { seed: s }), Int32Array.from(chosen), epoch)
        const again = augmented(images, augmentations, { seed: s })
        chosen.forEach((row, i) => {
          const alone = filled(again, Int32Array.of(row), epoch).inputs
          expect(inputs.subarray(i * PIXELS, (i + 1) * PIXELS)).toEqual(alone)
        })
      }),
      { numRuns: 25 },
    )
  })

  it('leaves examples, targets and shape as they are without an epoch', () => {
    const view = augmented(images, all)
    const rows = sequentialOrder(SIZE)
    expect(filled(view, rows)).toEqual(filled(images, rows))
    expect(filled(view, rows, 3).targets).toEqual(filled(images, rows).targets)
    expect(view.inputShape).toEqual(images.inputShape)
  })

  it('differs from epoch to epoch, from seed to seed and from row to row', () => {
    const view = (seed: number): Dataset =>
      augmented(
        picture(9, 9, (y, x) => y * 9 + x),
        [noise({ deviation: 1 })],
        { seed },
      )
    const both = subset(view(1), Int32Array.of(0, 0))
    const seen = [
      filled(view(1), Int32Array.of(0), 0),
      filled(view(1), Int32Array.of(0), 1),
      filled(view(2), Int32Array.of(0), 0),
    ]
    expect(new Set(seen.map(({ inputs }) => String(inputs))).size).toBe(3)
    const { inputs } = filled(both, Int32Array.of(0, 1), 0)
    expect(inputs.subarray(0, 81)).toEqual(inputs.subarray(81))
    const rows = filled(augmented(images, [noise({ deviation: 1 })]), Int32Array.of(0, 1), 0).inputs
    const plain = filled(images, Int32Array.of(0, 1)).inputs
    expect(rows[0] - plain[0]).not.toBeCloseTo(rows[PIXELS] - plain[PIXELS], 5)
  })

  it('acts through preprocessing and subsets', () => {
    const preprocessing = fitInputs(images)
    const [mean, scale] = [0, 1].map(
      (i) => JSON.parse(JSON.stringify(preprocessing.transforms[0]))[['mean', 'scale'][i]],
    )
    const view = augmented(images, [flip({ probability: 1 })])
    const seen = filled(subset(preprocessed(view, preprocessing), Int32Array.of(4)), Int32Array.of(0), 0).inputs
    const raw = filled(images, Int32Array.of(4)).inputs
    expect(seen[0]).toBeCloseTo((raw[(WIDTH - 1) * CHANNELS] - mean[0]) / scale[0], 5)
  })

  it('adds an augmentation without changing what those before it do', () => {
    const rows = sequentialOrder(3)
    const one = filled(augmented(images, [shift({ pixels: 2 })]), rows, 4).inputs
    const two = filled(augmented(images, [shift({ pixels: 2 }), flip({ probability: 0 })]), rows, 4).inputs
    expect(two).toEqual(one)
  })

  it('has a fingerprint of all it depends on', async () => {
    const views = [
      images,
      augmented(images, []),
      augmented(images, [], { seed: 1 }),
      augmented(images, [shift({ pixels: 1 })]),
      augmented(images, [shift({ pixels: [1, 2] })]),
      augmented(images, [sometimes(0.5, shift({ pixels: 1 }))]),
      mixup(images),
      cutMix(images),
      mixup(images, { alpha: 1 }),
      softLabels(images),
    ]
    const prints = await Promise.all(views.map((view) => view.fingerprint()))
    expect(new Set(prints).size).toBe(views.length)
    expect(await augmented(images, all).fingerprint()).toBe(await augmented(images, all).fingerprint())
  })
})

describe('what each augmentation does', () => {
  it('shift: every move up to its limits, about equally often', () => {
    const counts = new Map<number, number>()
    for (const pixels of versions(
      shift({ pixels: [1, 2] }),
      picture(7, 7, (y, x) => (y === 3 && x === 3 ? 1 : 0)),
      0,
      1500,
    )) {
      const at = pixels.indexOf(1)
      counts.set(at, (counts.get(at) ?? 0) + 1)
      expect(pixels.reduce((a, b) => a + b)).toBe(1)
    }
    const places = [2, 3, 4].flatMap((y) => [1, 2, 3, 4, 5].map((x) => 7 * y + x))
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(places)
    // Binomial(1500, 1/15): deviation 9.7.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(49)
  })

  it('crop: a window of the padded image', () => {
    const seen = versions(
      crop({ padding: 1, fill: -1 }),
      picture(2, 2, (y, x) => 2 * y + x),
      0,
      200,
    )
    const padded = [-1, -1, -1, -1, -1, 0, 1, -1, -1, 2, 3, -1, -1, -1, -1, -1]
    const windows = [0, 1, 2].flatMap((y) =>
      [0, 1, 2].map((x) => String([0, 1, 4, 5].map((offset) => padded[4 * y + x + offset]))),
    )
    expect(new Set(seen.map(String))).toEqual(new Set(windows))
  })

  it('flip: the mirror image, half the time', () => {
    const plain = filled(images, Int32Array.of(0)).inputs
    const mirrored = plain.map((_, at) => {
      const [y, x, c] = [Math.floor(at / CHANNELS / WIDTH), Math.floor(at / CHANNELS) % WIDTH, at % CHANNELS]
      return plain[(y * WIDTH + WIDTH - 1 - x) * CHANNELS + c]
    })
    const seen = versions(flip(), images, 0, 400).map(String)
    expect(new Set(seen)).toEqual(new Set([String(plain), String(mirrored)]))
    expect(Math.abs(seen.filter((one) => one === String(plain)).length - 200)).toBeLessThan(50)
    const upsideDown = versions(
      flip({ direction: 'vertical', probability: 1 }),
      picture(3, 1, (y) => y),
      0,
      1,
    )[0]
    expect([...upsideDown]).toEqual([2, 1, 0])
  })

  it.each([
    rotate({ degrees: 0 }),
    zoom({ factors: [1, 1] }),
    shear({ degrees: 0 }),
    resizedCrop({ area: [1, 1], ratio: [1, 1] }),
  ])('$name by nothing changes nothing', (augmentation) => {
    expect(versions(augmentation, images, 1, 1)[0]).toEqual(filled(images, Int32Array.of(1)).inputs)
  })

  /** Centre of mass, from the image's centre. */
  function centreOf(pixels: Float32Array, size: number): { y: number; x: number; mass: number } {
    let [y, x, mass] = [0, 0, 0]
    pixels.forEach((value, at) => {
      mass += value
      y += value * (Math.floor(at / size) - (size - 1) / 2)
      x += value * ((at % size) - (size - 1) / 2)
    })
    return { y: y / mass, x: x / mass, mass }
  }

  /** A dot of 3 x 3, ten pixels right of the centre. */
  const dot = picture(31, 31, (y, x) => (Math.abs(y - 15) <= 1 && Math.abs(x - 25) <= 1 ? 1 : 0))

  it('rotate: about the centre, up to its limit either way', () => {
    const angles = versions(rotate({ degrees: 30 }), dot, 0, 200).map((pixels) => {
      const { y, x } = centreOf(pixels, 31)
      expect(Math.sqrt(x * x + y * y)).toBeCloseTo(10, 0)
      return (Math.atan2(y, x) * 180) / Math.PI
    })
    expect(Math.max(...angles)).toBeLessThan(30.5)
    expect(Math.min(...angles)).toBeGreaterThan(-30.5)
    expect(Math.max(...angles)).toBeGreaterThan(25)
    expect(Math.min(...angles)).toBeLessThan(-25)
  })

  it('zoom: factors between its limits, larger and smaller', () => {
    const factors = versions(zoom({ factors: [0.7, 1.3] }), dot, 0, 200).map((pixels) => centreOf(pixels, 31).x / 10)
    expect(Math.min(...factors)).toBeGreaterThan(0.67)
    expect(Math.max(...factors)).toBeLessThan(1.33)
    expect(Math.min(...factors)).toBeLessThan(0.75)
    expect(Math.max(...factors)).toBeGreaterThan(1.25)
  })

  it('shear: a vertical line slants, its middle stays', () => {
    const slants = versions(
      shear({ degrees: 45 }),
      picture(21, 21, (y, x) => (x === 10 && y % 20 === 0 ? 1 : 0)),
      0,
      100,
    ).map((pixels) => {
      const row = (y: number): number => {
        const line = pixels.subarray(21 * y, 21 * (y + 1))
        return line.reduce((sum, value, x) => sum + value * (x - 10), 0)
      }
      expect(row(0)).toBeCloseTo(-row(20), 5)
      return row(20) / 10
    })
    expect(Math.max(...slants.map(Math.abs))).toBeLessThan(1.0001)
    expect(Math.max(...slants)).toBeGreaterThan(0.8)
    expect(Math.min(...slants)).toBeLessThan(-0.8)
  })

  it('resizedCrop: a piece of the image, of the asked area', () => {
    const ramp = picture(20, 20, (y, x) => 100 * y + x)
    for (const pixels of versions(resizedCrop({ area: [0.25, 0.49], ratio: [1, 1] }), ramp, 0, 100)) {
      const side = (pixels[14 * 20 + 10] - pixels[5 * 20 + 10]) / 100 / 9
      expect(side).toBeGreaterThan(0.499)
      expect(side).toBeLessThan(0.701)
      expect((pixels[10 * 20 + 14] - pixels[10 * 20 + 5]) / 9).toBeCloseTo(side, 3)
    }
  })

  it('cutout: a square somewhere, cut off at the edges', () => {
    const areas = versions(
      cutout({ size: 3, fill: 7 }),
      picture(6, 6, () => 1),
      0,
      300,
    ).map((pixels) => {
      const hit = [...pixels.keys()].filter((at) => pixels[at] === 7)
      const [ys, xs] = [hit.map((at) => Math.floor(at / 6)), hit.map((at) => at % 6)]
      const area = (Math.max(...ys) - Math.min(...ys) + 1) * (Math.max(...xs) - Math.min(...xs) + 1)
      expect(hit).toHaveLength(area)
      return area
    })
    expect([...new Set(areas)].sort((a, b) => a - b)).toEqual([4, 6, 9])
    expect(versions(cutout({ size: 3, fill: 7, probability: 0 }), images, 0, 1)[0]).toEqual(
      filled(images, Int32Array.of(0)).inputs,
    )
  })

  it('noise: normal, of the asked deviation, for any inputs', () => {
    const plain = arrays({ inputs: new Float32Array(5000), inputShape: [5000], labels: [0] })
    const [values] = versions(noise({ deviation: 0.5 }), plain, 0, 1)
    const mean = values.reduce((a, b) => a + b) / 5000
    expect(Math.abs(mean)).toBeLessThan(0.036)
    expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / 5000)).toBeCloseTo(0.5, 1)
  })

  it('brightness and contrast: one change for the whole image, within range', () => {
    const two = picture(1, 2, (_, x) => 0.4 + 0.2 * x)
    for (const [a, b] of versions(brightness({ amount: 0.3 }), two, 0, 50)) {
      expect(b - a).toBeCloseTo(0.2, 6)
      expect(Math.abs(a - 0.4)).toBeLessThanOrEqual(0.3)
    }
    for (const [a, b] of versions(contrast({ amount: 0.5 }), two, 0, 50)) {
      expect(a + b).toBeCloseTo(1, 6)
      expect(Math.abs((b - a) / 0.2 - 1)).toBeLessThanOrEqual(0.5 + 1e-6)
    }
    const limited = versions(brightness({ amount: 5, range: [0, 1] }), two, 0, 50).flatMap((pixels) => [...pixels])
    expect(Math.min(...limited)).toBe(0)
    expect(Math.max(...limited)).toBe(1)
  })

  it('sometimes and oneOf: by chance, and nothing else', () => {
    const ends = picture(1, 2, (_, x) => x)
    const flipped = versions(sometimes(0.25, flip({ probability: 1 })), ends, 0, 400).filter(([a]) => a === 1)
    expect(Math.abs(flipped.length - 100)).toBeLessThan(44)
    const choice = oneOf(flip({ probability: 1 }), brightness({ amount: 0 }))
    const others = versions(choice, ends, 0, 400).filter(([a]) => a === 1)
    expect(Math.abs(others.length - 200)).toBeLessThan(50)
  })
})

describe('mixup and CutMix', () => {
  const plain = filled(softLabels(images), sequentialOrder(SIZE))
  const rows = sequentialOrder(SIZE)

  it('soft labels are one-hot', () => {
    const { target } = softLabels(images)
    expect(target).toEqual({ kind: 'number', names: ['0', '1', '2'] })
    plain.inputs.forEach((value, at) => {
      expect(value).toBe(filled(images, rows).inputs[at])
    })
    expect([...Array(6).keys()].map((at) => plain.targets[at])).toEqual([1, 0, 0, 0, 1, 0])
    const numbers = arrays({ inputs: new Float32Array(2), inputShape: [1], numbers: new Float32Array(2) })
    expect(softLabels(numbers)).toBe(numbers)
  })

  it('mixup blends inputs and targets of two examples in one proportion', () => {
    const mixed = filled(mixup(images, { alpha: 1, seed: 3 }), rows, 2)
    for (const row of rows) {
      const own = mixed.inputs.subarray(row * PIXELS, (row + 1) * PIXELS)
      const fits = [...rows].flatMap((other) => {
        const at = [...own.keys()].find(
          (k) => Math.abs(plain.inputs[row * PIXELS + k] - plain.inputs[other * PIXELS + k]) > 0.3,
        )
        if (at === undefined) return []
        const [a, b] = [plain.inputs[row * PIXELS + at], plain.inputs[other * PIXELS + at]]
        const share = (own[at] - b) / (a - b)
        const worst = own.reduce((most, value, k) => {
          const blend = share * plain.inputs[row * PIXELS + k] + (1 - share) * plain.inputs[other * PIXELS + k]
          return Math.max(most, Math.abs(value - blend))
        }, 0)
        return worst < 1e-5 && share > -1e-6 && share < 1 + 1e-6 ? [{ other, share }] : []
      })
      expect(fits.length).toBeGreaterThan(0)
      const { other, share } = fits[0]
      for (let k = 0; k < 3; k++) {
        const blend = share * plain.targets[row * 3 + k] + (1 - share) * plain.targets[other * 3 + k]
        expect(mixed.targets[row * 3 + k]).toBeCloseTo(blend, 4)
      }
    }
  })

  it('CutMix takes a box from another example, and counts it', () => {
    const distinct = arrays({
      inputs: Float32Array.from({ length: 3 * 48 }, (_, at) => Math.floor(at / 48)),
      inputShape: [8, 6, 1],
      labels: [0, 1, 2],
    })
    const view = cutMix(distinct, { seed: 1 })
    const shares: number[] = []
    for (let epoch = 0; epoch < 100; epoch++) {
      const { inputs, targets } = filled(view, Int32Array.of(1), epoch)
      for (let label = 0; label < 3; label++) {
        const count = inputs.filter((value) => value === label).length
        expect(targets[label]).toBeCloseTo(count / 48, 6)
      }
      shares.push(targets[1])
    }
    expect(new Set(shares).size).toBeGreaterThan(10)
  })

  it('CutMix takes boxes of the area that is to be mixed, cut off at the edges', () => {
    const side = 40
    const inputs = Float32Array.from({ length: 3 * side * side }, (_, at) => Math.floor(at / side / side))
    const view = cutMix(arrays({ inputs, inputShape: [side, side], labels: [0, 1, 2] }), { seed: 4 })
    let taken = 0
    for (let epoch = 0; epoch < 600; epoch++) taken += 1 - filled(view, Int32Array.of(0), epoch).targets[0]
    // With l uniform: the mean of (s - s^2 / 4)^2 over s = sqrt(1 - l) is 77 / 240, and two partners of three are others.
    expect(Math.abs(taken / 600 - (2 / 3) * (77 / 240))).toBeLessThan(0.03)
  })

  it('draws shares from Beta(alpha, alpha)', () => {
    const two = arrays({ inputs: Float32Array.of(0, 1), inputShape: [1], numbers: Float32Array.of(0, 1) })
    const view = mixup(two, { alpha: 0.2, seed: 1 })
    const drawn = Array.from({ length: 4000 }, (_, epoch) => {
      const { inputs, targets } = filled(view, Int32Array.of(1), epoch)
      expect(targets[0]).toBeCloseTo(inputs[0], 6)
      return inputs[0]
    }).filter((share) => share < 1)
    // scipy.stats.beta.ppf([.1, .25, .4], .2, .2); half of the partners are the example itself.
    for (const [share, limit] of [
      [0.1, 0.00024776469],
      [0.25, 0.023814719],
      [0.4, 0.21634186],
    ]) {
      const below = drawn.filter((value) => value < limit).length / drawn.length
      expect(Math.abs(below - share)).toBeLessThan(0.06)
    }
  })

  it('mixes nothing without an epoch, and the same whenever asked', () => {
    for (const view of [mixup(images), cutMix(images)]) {
      expect(filled(view, rows)).toEqual(plain)
      const { inputs, targets } = filled(view, rows, 9)
      const alone = filled(view, Int32Array.of(5), 9)
      expect(inputs.subarray(5 * PIXELS, 6 * PIXELS)).toEqual(alone.inputs)
      expect([targets[15], targets[16], targets[17]]).toEqual([alone.targets[0], alone.targets[1], alone.targets[2]])
      expect(inputs).not.toEqual(plain.inputs)
    }
  })
})

describe('bad options', () => {
  const flat = arrays({ inputs: new Float32Array(4), inputShape: [4], labels: [0] })
  it.each<[string, () => unknown]>([
    ['data/bad-augmentation', () => shift({ pixels: -1 })],
    ['data/bad-augmentation', () => shift({ pixels: [1, 0.5] })],
    ['data/bad-augmentation', () => shift({ pixels: 1, fill: Number.NaN })],
    ['data/bad-augmentation', () => crop({ padding: 1.5 })],
    ['data/bad-augmentation', () => flip({ probability: 1.5 })],
    ['data/bad-augmentation', () => rotate({ degrees: Number.POSITIVE_INFINITY })],
    ['data/bad-augmentation', () => zoom({ factors: [0, 1] })],
    ['data/bad-augmentation', () => zoom({ factors: [2, 1] })],
    ['data/bad-augmentation', () => shear({ degrees: 90 })],
    ['data/bad-augmentation', () => resizedCrop({ area: [0.5, 2] })],
    ['data/bad-augmentation', () => cutout({ size: 0 })],
    ['data/bad-augmentation', () => noise({ deviation: -1 })],
    ['data/bad-augmentation', () => brightness({ amount: Number.NaN })],
    ['data/bad-augmentation', () => contrast({ amount: 1, range: [1, 0] })],
    ['data/bad-augmentation', () => sometimes(-0.1, flip())],
    ['data/bad-augmentation', () => oneOf()],
    ['data/bad-augmentation', () => mixup(images, { alpha: 0 })],
    ['data/bad-seed', () => augmented(images, [], { seed: -1 })],
    ['data/bad-seed', () => cutMix(images, { seed: 0.5 })],
    ['data/not-images', () => augmented(flat, [noise({ deviation: 1 }), flip()])],
    ['data/not-images', () => augmented(flat, [sometimes(1, oneOf(noise({ deviation: 1 }), flip()))])],
    ['data/not-images', () => cutMix(flat)],
    ['data/slot-size', () => softLabels(images).fill(Int32Array.of(0), new Float32Array(PIXELS), new Float32Array(1))],
  ])('%s: three lines', async (code, act) => {
    await fails(code, act)
  })
})

/** What a kernel regression knows, against regressions that are fitted without each example in turn, and what can be known at all. */
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.ts'
import { arrays, type Dataset } from '../data/index.ts'
import { crossEntropy, huber, meanAbsoluteError, meanSquaredError } from '../nn/index.ts'
import { knowableOf } from './knowable.ts'

type Row = readonly number[]

function numbers(rule: (row: Row, noise: number) => number, size = 400, width = 4, seed = 1): Dataset {
  const draw = random(seed, 'knowable')
  const rows = Array.from({ length: size }, () => Array.from({ length: width }, () => draw.normal()))
  return arrays({ inputs: Float32Array.from(rows.flat()), numbers: rows.map((row) => rule(row, draw.normal())) })
}

function classes(rule: (row: Row, chance: number) => number, size = 400, width = 2): Dataset {
  const draw = random(2, 'knowable')
  const rows = Array.from({ length: size }, () => Array.from({ length: width }, () => draw.normal()))
  const labels = rows.map((row) => rule(row, draw.uniform()))
  return arrays({ inputs: Float32Array.from(rows.flat()), labels, classes: ['a', 'b'] })
}

const table = { features: [] as const }
const shareOf = (dataset: Dataset, loss = meanSquaredError()) => knowableOf(dataset, table, loss)?.share ?? Number.NaN

describe('what can be known of numbers', () => {
  it.each([0.1, 0.3, 0.5, 0.8])('is at most their share without noise, and not far below: %s', (share) => {
    const found = Array.from({ length: 12 }, (_, seed) => {
      return shareOf(
        numbers(
          ([x, y], noise) => Math.sqrt(share) * Math.SQRT1_2 * (x + y) + Math.sqrt(1 - share) * noise,
          400,
          4,
          seed,
        ),
      )
    })
    const mean = found.reduce((sum, each) => sum + each / found.length, 0)
    expect(mean).toBeLessThan(share)
    expect(mean).toBeGreaterThan(share - 0.15)
  })

  it('is what no single feature and no line tells', () => {
    expect(shareOf(numbers(([x, y]) => x * y, 400, 2))).toBeGreaterThan(0.9)
    expect(shareOf(numbers(([x]) => Math.sin(3 * x), 400, 1))).toBeGreaterThan(0.9)
  })

  it('is nothing where there is only noise, in all of 40 tables', () => {
    const found = Array.from({ length: 40 }, (_, seed) => shareOf(numbers((_, noise) => noise, 400, 6, seed)))
    expect(Math.max(...found)).toBeLessThan(0.02)
  })

  it('is measured as the loss measures: an error counts by itself, by its square, or between', () => {
    const dataset = numbers(([x], noise) => x + noise, 400, 1)
    const [absolute, between, squared] = [meanAbsoluteError(), huber(), meanSquaredError()].map((loss) =>
      shareOf(dataset, loss),
    )
    // Half of the variance is noise, and so is the root of a half of the mean distance.
    expect(squared).toBeCloseTo(0.5 - 2 * Math.sqrt((4 * 0.5 * 0.25) / 320), 1)
    expect(absolute).toBeCloseTo(1 - Math.SQRT1_2 - 2 * Math.sqrt((4 * 0.29 * 0.5) / 320), 1)
    expect(between).toBeGreaterThan(absolute)
    expect(between).toBeLessThan(squared)
  })

  it('does not depend on the units of features, nor on one that never varies', () => {
    const dataset = numbers(([x, y], noise) => x + y ** 2 + noise, 300, 2)
    const inputs = new Float32Array(600)
    dataset.fill(
      Int32Array.from({ length: 300 }, (_, row) => row),
      inputs,
      new Float32Array(300),
    )
    const targets = new Float32Array(300)
    dataset.fill(
      Int32Array.from({ length: 300 }, (_, row) => row),
      new Float32Array(600),
      targets,
    )
    const scaled = inputs.map((value, i) => (i % 2 === 0 ? 1000 * value + 7 : value / 64))
    expect(shareOf(arrays({ inputs: scaled, inputShape: [2], numbers: targets }))).toBeCloseTo(shareOf(dataset), 3)
  })
})

describe('what can be known of classes', () => {
  it('is of the loss or of the mistakes, whichever is more', () => {
    expect(
      shareOf(
        classes(([x, y]) => Number(x * y > 0)),
        crossEntropy(),
      ),
    ).toBeGreaterThan(0.8)
    // One label of five is wrong: of the mistakes 60% can be avoided, of the squared error of an indicator 36%.
    const noisy = shareOf(
      classes(([x], chance) => Number(x > 0 !== chance < 0.2)),
      crossEntropy(),
    )
    expect(noisy).toBeGreaterThan(0.4)
    expect(noisy).toBeLessThan(0.6)
  })

  it('is nothing where labels are drawn', () => {
    expect(
      shareOf(
        classes((_, chance) => Number(chance > 0.8)),
        crossEntropy(),
      ),
    ).toBeLessThan(0.02)
  })
})

it('is not said of few examples, nor of values that are no finite numbers', () => {
  expect(
    knowableOf(
      numbers(([x]) => x, 60),
      table,
      meanSquaredError(),
    ),
  ).toBeUndefined()
  const dataset = numbers(([x]) => x)
  const spoilt: Dataset = {
    ...dataset,
    fill(rows, inputs, targets) {
      dataset.fill(rows, inputs, targets)
      inputs[0] = Number.NaN
    },
  }
  expect(knowableOf(spoilt, table, meanSquaredError())).toBeUndefined()
})

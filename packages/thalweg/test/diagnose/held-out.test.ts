/** Parts that training does not see, and values in them that nothing there is like. */
import { random } from 'thalweg/base'
import { arrays, type Dataset } from 'thalweg/data'
import { dense, flatten, meanSquaredError, relu, sequential } from 'thalweg/nn'
import type { Finding } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { clouds, codes, examined, type Patient, slope } from './patients.ts'

/** `dataset` with another value in one place of one example, of its inputs or its targets. */
function changed(
  dataset: Dataset,
  row: number,
  place: number,
  value: number,
  what: 'inputs' | 'targets' = 'inputs',
): Dataset {
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      dataset.fill(rows, inputs, targets, epoch)
      const values = what === 'inputs' ? inputs : targets
      const at = rows.indexOf(row)
      if (at >= 0) values[(at * values.length) / rows.length + place] = value
    },
  }
}

async function told(patient: Patient): Promise<Finding | undefined> {
  const found = await examined({ epochs: 1, ...patient })
  return found.find(({ code }) => code === 'held-out-values')
}

const other = clouds({ size: 128, name: 'other' })

describe('a value of another part', () => {
  it('is told with part, row, column and value, and as no fault of the training data', async () => {
    const columns = ['age', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const train = { ...clouds(), columns }
    const found = await examined({ train, valid: other, test: changed(other, 9, 0, 1e30) })
    expect(codes(found, 'warning', 'error')).toEqual(['held-out-values'])
    const [finding] = found.filter(({ code }) => code === 'held-out-values')
    expect(finding).toMatchObject({ step: 0, evidence: { threshold: 100 } })
    expect(finding.evidence.measured).toBeGreaterThan(1e28)
    expect(finding.message).toMatch(/^column 'age' of example 9 of the test part is 1e\+30, \S+ times as far/)
  })

  it('is told that is no finite number, and how many there are', async () => {
    const twice = changed(changed(other, 9, 3, Number.NaN), 11, 3, Number.POSITIVE_INFINITY)
    const finding = await told({ valid: twice, test: changed(other, 2, 0, Number.NaN) })
    expect(finding?.message).toBe(
      'feature 3 of example 9 of the validation part is NaN, and 1 more in 128 examples is like it; feature 0 of example 2 of the test part is NaN',
    )
    expect(finding?.evidence).toMatchObject({ measured: 3, threshold: 0 })
  })

  it('is told of targets, too', async () => {
    const numbers = { train: slope(), loss: meanSquaredError(), model: sequential(dense(16), relu(), dense(1)) }
    const finding = await told({ ...numbers, valid: changed(slope({ name: 'other' }), 5, 0, -1e6, 'targets') })
    expect(finding?.message).toMatch(/^target 'y' of example 5 of the validation part is -1000000, /)
  })

  it('is told of images by its place, and where a whole part is on another scale', async () => {
    const images = (name: string, scale = 1): Dataset => {
      const draw = random(1, name)
      const inputs = Float32Array.from({ length: 64 * 36 }, () => scale * draw.uniform())
      return arrays({ inputs, inputShape: [6, 6, 1], labels: Int32Array.from({ length: 64 }, (_, i) => i % 4) })
    }
    const patient = { model: sequential(flatten(), dense(4)), train: images('own') }
    const one = await told({ ...patient, test: changed(images('other'), 3, 8, 1e6) })
    expect(one?.message).toMatch(/^input 8 of example 3 of the test part is 1000000/)
    const all = await told({ ...patient, test: images('other', 1000) })
    expect(all?.message).toMatch(/ and 2\d\d\d more in 64 examples are like it$/)
    expect(await told({ ...patient, valid: images('other'), test: images('third') })).toBeUndefined()
  })

  it('is none that belongs to a long tail, or to a column that never varies in training', async () => {
    const tail = (name: string): Dataset => {
      const draw = random(1, name)
      const inputs = Float32Array.from({ length: 800 }, (_, i) => (i % 2 === 0 ? Math.exp(2 * draw.normal()) : 0))
      return arrays({ inputs, inputShape: [2], labels: Int32Array.from({ length: 400 }, (_, i) => i % 4) })
    }
    const parts = Array.from({ length: 5 }, (_, i) => tail(`other ${i}`))
    for (const test of parts) expect(await told({ train: tail('own'), test: changed(test, 3, 1, 40) })).toBeUndefined()
  })
})

it('makes figures of which nothing else is said', async () => {
  // Learned by heart, which a sound validation part would show.
  const train = clouds({ size: 48, distance: 1 })
  const patient = { train, batchSize: 8, epochs: 60 }
  const valid = clouds({ size: 256, distance: 1, name: 'other' })
  expect(codes(await examined({ ...patient, valid }), 'warning')).toEqual(['overfitting'])
  expect(codes(await examined({ ...patient, valid: changed(valid, 7, 1, 1e30) }), 'warning')).toEqual([
    'held-out-values',
  ])
})

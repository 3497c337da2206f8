/** Whitening at the size of real images: 784 values, and 10,000 examples where the files are there. */
import { readFileSync } from 'node:fs'
import {
  assembleNamed,
  type Dataset,
  digits,
  fashionMnist,
  fitInputs,
  materialized,
  type NamedFiles,
  preprocessed,
  sequentialOrder,
  subset,
  type Whitening,
  zcaWhitening,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { isShared, sharedPath } from './shared.ts'

const WIDTH = 784

function valuesOf(dataset: Dataset): Float32Array {
  const inputs = new Float32Array(dataset.size * WIDTH)
  dataset.fill(sequentialOrder(dataset.size), inputs, new Int32Array(dataset.size))
  return inputs
}

/** Rows of the covariance of values with mean 0, by the plain definition. */
function covarianceRows(values: Float32Array, rows: readonly number[]): Float64Array[] {
  const count = values.length / WIDTH
  const covariance = rows.map(() => new Float64Array(WIDTH))
  for (let start = 0; start < values.length; start += WIDTH) {
    rows.forEach((row, i) => {
      const factor = values[start + row] / count
      if (factor !== 0) for (let k = 0; k < WIDTH; k++) covariance[i][k] += factor * values[start + k]
    })
  }
  return covariance
}

function whiten(train: Dataset): { transform: Whitening; values: Float32Array } {
  const preprocessing = fitInputs(train, [zcaWhitening()])
  const [transform] = preprocessing.transforms
  if (transform.kind !== 'zca-whitening') throw new Error(transform.kind)
  return { transform, values: valuesOf(materialized(preprocessed(train, preprocessing))) }
}

it('gives fewer examples than values the identity on what varies', () => {
  const { transform, values } = whiten(digits({ size: 200, seed: 1 }))
  const rank = transform.variance.length
  expect(rank).toBe(199)
  const covariance = covarianceRows(
    values,
    Array.from({ length: WIDTH }, (_, k) => k),
  )
  const trace = covariance.reduce((sum, row, i) => sum + row[i], 0)
  expect(trace).toBeCloseTo(rank, 2)
  // A projector onto the axes that vary: those are mapped to themselves.
  for (const i of [0, 49, 150, rank - 1]) {
    const axis = transform.components.slice(i * WIDTH, (i + 1) * WIDTH)
    covariance.forEach((row, k) => {
      const image = row.reduce((sum, value, at) => sum + value * axis[at], 0)
      expect(Math.abs(image - axis[k])).toBeLessThan(1e-4)
    })
  }
})

describe.skipIf(!isShared('fashion-mnist'))(
  '10,000 images (need ../shared/data/fashion-mnist)',
  () => {
    it('have the identity as covariance', async () => {
      const entries = fashionMnist.files.map(({ role, file }) => {
        const bytes = new Uint8Array(readFileSync(sharedPath(`fashion-mnist/${file}`)))
        return [role, { file, bytes }] as const
      })
      const files = Object.fromEntries(entries) as unknown as NamedFiles
      const { train } = await assembleNamed(fashionMnist, files)
      const { transform, values } = whiten(subset(train, sequentialOrder(10_000)))
      expect(transform.variance).toHaveLength(WIDTH)
      const rows = Array.from({ length: 28 }, (_, i) => 28 * i + ((i * 11) % 28))
      covarianceRows(values, rows).forEach((row, i) => {
        row.forEach((value, k) => {
          if (Math.abs(value - (k === rows[i] ? 1 : 0)) > 1e-4) expect([rows[i], k, value]).toEqual([])
        })
      })
    })
  },
  120_000,
)

/** Predictions as columns of a table, and their score where the truth is known. */
import { invertTarget } from 'thalweg/data'
import type { Prediction } from 'thalweg/train'
import type { Predictor } from './predictor.ts'

export interface Columns {
  readonly header: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** For classes the likeliest one and the probability of each; for numbers the numbers, in their own units. */
export function columnsOf(prediction: Prediction, { preprocessing }: Predictor): Columns {
  if (prediction.kind === 'number') {
    const { names, numbers } = prediction
    const target = preprocessing?.kind === 'table' ? preprocessing.target : undefined
    const values = target ? invertTarget(target, numbers) : numbers
    return { header: names, rows: rowsOf(values, names.length, (value) => Number(value.toPrecision(7))) }
  }
  const { classes, labels, probabilities } = prediction
  const name = preprocessing?.kind === 'table' ? preprocessing.target.name : 'class'
  const shares = rowsOf(probabilities, classes.length, (value) => Number(value.toFixed(6)))
  return {
    header: [name, ...classes.map((one) => `p(${one})`)],
    rows: shares.map((row, index) => [classes[labels[index]], ...row]),
  }
}

function rowsOf(values: ArrayLike<number>, width: number, print: (value: number) => number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_, column) => print(values[row * width + column])),
  )
}

export type Score = { readonly accuracy: number } | { readonly r2: number }

export function scoreOf(prediction: Prediction, columns: Columns, truth: ArrayLike<number>): Score {
  if (prediction.kind === 'class') {
    const right = prediction.labels.filter((label, row) => label === truth[row]).length
    return { accuracy: right / truth.length }
  }
  const mean = Array.from(truth).reduce((sum, value) => sum + value, 0) / truth.length
  let residual = 0
  let deviation = 0
  for (let row = 0; row < truth.length; row++) {
    residual += (truth[row] - Number(columns.rows[row][0])) ** 2
    deviation += (truth[row] - mean) ** 2
  }
  return { r2: deviation > 0 ? 1 - residual / deviation : Number.NaN }
}

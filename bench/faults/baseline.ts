/**
 * What needs no network: always the same answer, and the best linear model (ridge regression; on one column of zeros and
 * ones for each class). A program that does not beat it by much learned nothing that needed training.
 */
import { type Rows, rowCount, type Table, widthOf } from './tables/table.ts'

/** Share of the inputs' own spread that is added to the diagonal, against singular systems. */
const RIDGE = 1e-3

/** Score on the test part, 0 for the best constant and 1 for perfection. */
export function linearGain(table: Table): number {
  const width = widthOf(table) + 1
  const columns = table.task === 'class' ? table.outputs : table.targetWidth
  const rows = rowCount(table, table.train)
  const products = new Float64Array(width * width)
  const answers = new Float64Array(width * columns)
  for (let row = 0; row < rows; row++) {
    const x = inputsOf(table.train, row, width)
    const y = targetsOf(table, table.train, row, columns)
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) products[i * width + j] += x[i] * x[j]
      for (let k = 0; k < columns; k++) answers[i * columns + k] += x[i] * y[k]
    }
  }
  for (let i = 0; i < width; i++) products[i * width + i] += RIDGE * rows
  solve(products, answers, width, columns)
  return gainOf(table, (row) => {
    const x = inputsOf(table.test, row, width)
    return Array.from({ length: columns }, (_, k) =>
      x.reduce((sum, value, i) => sum + value * answers[i * columns + k], 0),
    )
  })
}

function inputsOf({ inputs }: Rows, row: number, width: number): number[] {
  const from = row * (width - 1)
  return [...inputs.subarray(from, from + width - 1), 1]
}

function targetsOf(table: Table, { targets }: Rows, row: number, columns: number): number[] {
  return Array.from({ length: columns }, (_, k) =>
    table.task === 'class' ? Number(targets[row] === k) : targets[row * columns + k],
  )
}

/** Of predictions for the test part: accuracy above that of the commonest class, or R2. */
function gainOf(table: Table, predict: (row: number) => readonly number[]): number {
  const { test, targetWidth, task } = table
  const rows = rowCount(table, test)
  const predictions = Array.from({ length: rows }, (_, row) => predict(row))
  if (task === 'class') {
    const hits = predictions.filter((scores, row) => scores.indexOf(Math.max(...scores)) === test.targets[row]).length
    return aboveCommonest(hits / rows, test.targets)
  }
  let r2 = 0
  for (let k = 0; k < targetWidth; k++) {
    const column = predictions.map((_, row) => test.targets[row * targetWidth + k])
    const mean = column.reduce((sum, value) => sum + value, 0) / rows
    const left = column.reduce((sum, value, row) => sum + (value - predictions[row][k]) ** 2, 0)
    r2 += 1 - left / column.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  }
  return Math.max(0, r2 / targetWidth)
}

/** Accuracy on a scale where always saying the commonest of `labels` is 0 and being always right is 1. */
export function aboveCommonest(accuracy: number, labels: ArrayLike<number>): number {
  const counts = new Map<number, number>()
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1)
  const commonest = Math.max(...counts.values()) / labels.length
  return Math.max(0, (accuracy - commonest) / (1 - commonest))
}

/** Gauss with pivots; `answers` `[size, columns]` becomes the solution. */
function solve(matrix: Float64Array, answers: Float64Array, size: number, columns: number): void {
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(matrix[row * size + pivot]) > Math.abs(matrix[best * size + pivot])) best = row
    }
    exchange(matrix, pivot, best, size)
    exchange(answers, pivot, best, columns)
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue
      const factor = matrix[row * size + pivot] / matrix[pivot * size + pivot]
      if (factor === 0) continue
      for (let k = pivot; k < size; k++) matrix[row * size + k] -= factor * matrix[pivot * size + k]
      for (let k = 0; k < columns; k++) answers[row * columns + k] -= factor * answers[pivot * columns + k]
    }
  }
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < columns; k++) answers[row * columns + k] /= matrix[row * size + row]
  }
}

function exchange(values: Float64Array, a: number, b: number, width: number): void {
  if (a === b) return
  for (let k = 0; k < width; k++) {
    const held = values[a * width + k]
    values[a * width + k] = values[b * width + k]
    values[b * width + k] = held
  }
}

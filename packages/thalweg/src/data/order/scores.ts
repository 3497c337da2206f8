/** How difficult each example is, as a number: from a function, from a table's column, or from a model's predictions. */
import { sizeOf, suggest, ThalwegError } from '../../base/index.ts'
import { eachChunk } from '../classes.ts'
import type { Dataset } from '../dataset.ts'
import { numberOf } from '../table/cell.ts'
import { rowWords } from '../table/lines.ts'
import type { Table } from '../table/table.ts'

/**
 * The difficulty of one example: larger is harder.
 *
 * @param inputs its values, good during the call only
 * @param target its class as one number, or its numbers
 */
export type Score = (inputs: Float32Array, target: Float32Array | Int32Array, row: number) => number

/** `score` of every example, float64 `[size]`. */
export function scoresOf(dataset: Dataset, score: Score): Float64Array {
  const scores = new Float64Array(dataset.size)
  const width = sizeOf(dataset.inputShape)
  const targetWidth = dataset.target.kind === 'class' ? 1 : dataset.target.names.length
  eachChunk(dataset, (inputs, targets, start) => {
    for (let i = 0; i < targets.length / targetWidth; i++) {
      const values = inputs.subarray(i * width, (i + 1) * width)
      scores[start + i] = score(values, targets.subarray(i * targetWidth, (i + 1) * targetWidth), start + i)
    }
  })
  return scores
}

/**
 * A number column of a table as scores, for the rows of one part: `columnScores(table, 'length', rows.train)`.
 *
 * @throws ThalwegError `data/missing-column`, `data/bad-score` for a cell that is not a number
 */
export function columnScores(table: Table, column: string, part: Int32Array): Float64Array {
  const { name, header, rows } = table
  const place = header.indexOf(column)
  if (place < 0) {
    throw new ThalwegError('data/missing-column', {
      rule: `columnScores of ${name}: the column must be there`,
      received: JSON.stringify(column),
      try: suggest(column, header, 'columns'),
    })
  }
  return Float64Array.from(part, (row) => {
    const value = numberOf(rows[row][place])
    if (value !== undefined && Number.isFinite(value)) return value
    throw new ThalwegError('data/bad-score', {
      rule: `columnScores of ${name}: every cell of column ${JSON.stringify(column)} must be a number`,
      received: `${JSON.stringify(rows[row][place])} in ${rowWords(table, row, place)}`,
      try: 'fill the cell, or score by another column',
    })
  })
}

/**
 * The cross entropy of each example under a model's predictions, `-log p[label]`: what a small model that was trained
 * before finds difficult (the "transfer" and "bootstrapping" scores of Hacohen and Weinshall 2019).
 *
 * @param probabilities `[size, classes]`, as `predict` gives them
 * @param labels `[size]`, as `labelsOf` gives them
 */
export function lossScores(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const classes = probabilities.length / labels.length
  if (!Number.isInteger(classes)) throw uneven(probabilities.length, labels.length)
  // The smallest normal float32 stands for a probability that was rounded to 0.
  return Float64Array.from(labels, (label, row) => -Math.log(Math.max(1.2e-38, probabilities[row * classes + label])))
}

function uneven(probabilities: number, labels: number): ThalwegError {
  return new ThalwegError('data/unequal-count', {
    rule: 'lossScores: there must be one probability for each class of each example',
    received: `${probabilities} probabilities, ${labels} labels`,
    try: 'predict for the same examples that the labels are of',
  })
}

/**
 * One finite score for each example.
 *
 * @throws ThalwegError `data/score-count`, `data/bad-score`
 */
export function checkScores(operation: string, what: string, scores: ArrayLike<number>, size: number): void {
  if (scores.length !== size) {
    throw new ThalwegError('data/score-count', {
      rule: `${operation}: there must be one ${what} for each example`,
      received: `${scores.length} ${what}s for ${size} examples`,
      try: `give ${size} ${what}s, of the training examples alone and in their order`,
    })
  }
  for (let row = 0; row < size; row++) {
    if (Number.isFinite(scores[row])) continue
    throw new ThalwegError('data/bad-score', {
      rule: `${operation}: every ${what} must be a finite number`,
      received: `${scores[row]} at row ${row}`,
      try: 'repair or replace it (rows count from 0)',
    })
  }
}

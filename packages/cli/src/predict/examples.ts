/** New examples from a file, as the network of a run takes them; and the truth, where the file tells it. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import {
  applyTransforms,
  type Dataset,
  encodeTable,
  invertTarget,
  labelsOf,
  readIdx,
  type TablePreprocessing,
  tableDataset,
} from 'thalweg/data'
import { readCsv } from '../csv.ts'
import { readFile } from '../read.ts'
import type { Predictor } from './predictor.ts'

export interface Examples {
  readonly size: number
  /** `[size, ...inputShape]` after preprocessing. */
  readonly inputs: Float32Array
  /** Class numbers, or numbers in the target's own units; where the file has them. */
  readonly truth?: ArrayLike<number> | undefined
  readonly notes: readonly string[]
}

const IDX = /[.-](idx\d?(-ubyte)?|ubyte)([.]gz)?$/

export async function readExamples(file: string, { manifest, preprocessing }: Predictor): Promise<Examples> {
  if (preprocessing?.kind === 'table') return tableExamples(file, preprocessing)
  const shape = preprocessing?.inputShape ?? manifest.data.inputShape
  const raw = IDX.test(path.basename(file)) ? await idxValues(file, shape) : await csvValues(file, shape)
  const size = raw.length / width(shape)
  const transforms = preprocessing?.transforms ?? []
  return {
    size,
    inputs: applyTransforms(transforms, shape, raw, size, (length) => new Float32Array(length)),
    notes: [],
  }
}

async function tableExamples(file: string, preprocessing: TablePreprocessing): Promise<Examples> {
  const { rows, lines } = await readCsv(file)
  const name = path.basename(file)
  const { size, inputs, notes } = encodeTable(preprocessing, rows, name, lines)
  return { size, inputs, truth: truthOf(rows, preprocessing, name), notes: notes.map(({ message }) => message) }
}

/** The target column, if the table has it and all of it can be read. */
function truthOf(
  rows: readonly string[][],
  preprocessing: TablePreprocessing,
  name: string,
): ArrayLike<number> | undefined {
  if (!rows[0]?.some((cell) => cell.trim() === preprocessing.target.name)) return undefined
  try {
    const dataset = tableDataset(preprocessing, rows, name)
    return labelsOf(dataset) ?? invertTarget(preprocessing.target, numbersOf(dataset))
  } catch (error) {
    if (error instanceof ThalwegError) return undefined
    throw error
  }
}

function numbersOf(dataset: Dataset): Float32Array {
  const rows = Int32Array.from({ length: dataset.size }, (_, row) => row)
  const numbers = new Float32Array(dataset.size)
  dataset.fill(rows, new Float32Array(dataset.size * width(dataset.inputShape)), numbers)
  return numbers
}

/** Bytes count as shares of 255, as they did in training. */
async function idxValues(file: string, shape: readonly number[]): Promise<Float32Array> {
  const { values, shape: found } = await readIdx(await readFile(file), file)
  const example = [...found.slice(1), ...(found.length === 3 && shape.length === 3 ? [1] : [])]
  if (example.join() !== shape.join()) throw unlike(file, `examples of shape [${example}]`, shape)
  const scale = values instanceof Uint8Array ? 1 / 255 : 1
  return Float32Array.from(values, (value) => value * scale)
}

/** Numbers alone, one example a row; a first row of names is skipped. */
async function csvValues(file: string, shape: readonly number[]): Promise<Float32Array> {
  const { rows, lines } = await readCsv(file)
  const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell))
  const first = rows[0]?.every(isNumber) ? 0 : 1
  const body = rows.slice(first)
  if (body.length === 0) throw unlike(file, 'no rows', shape)
  for (const [index, row] of body.entries()) {
    const wrong = row.find((cell) => !isNumber(cell))
    const line = lines[first + index]
    if (wrong !== undefined) throw notANumber(file, wrong, line)
    if (row.length !== width(shape)) throw unlike(file, `${row.length} numbers in line ${line}`, shape)
  }
  return Float32Array.from(body.flat(), Number)
}

function width(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function unlike(file: string, received: string, shape: readonly number[]): ThalwegError {
  return new ThalwegError('cli/unlike-examples', {
    rule: `predict ${file}: every example must be like those the run was trained on, [${shape}]`,
    received,
    try: shape.length === 3 ? 'give an IDX file of images of this size' : `give ${width(shape)} numbers in each row`,
  })
}

function notANumber(file: string, cell: string, line: number): ThalwegError {
  return new ThalwegError('data/text-in-number', {
    rule: `predict ${file}: every cell must be a finite number`,
    received: `${JSON.stringify(cell)} in line ${line}`,
    try: 'correct the cell, or remove the row',
  })
}

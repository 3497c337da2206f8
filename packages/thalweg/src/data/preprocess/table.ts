/**
 * Preprocessing of a table: cells to features to scaled inputs. Fitted on training rows alone, plain JSON, saved
 * with the run, and applied to any later rows that have the same columns, with or without the target.
 */
import { suggest, ThalwegError } from '../../base/index.ts'
import { arrays } from '../arrays.ts'
import type { Dataset } from '../dataset.ts'
import type { DataNote } from '../notes.ts'
import { type Body, rowWords } from '../table/lines.ts'
import { readHeader, type Table } from '../table/table.ts'
import { rowSource } from './cells.ts'
import {
  areNumbers,
  type ColumnEncoding,
  encodeCell,
  featuresOf,
  fitEncoding,
  type Impute,
  type Surprises,
} from './encode.ts'
import { fitTransforms } from './fit.ts'
import { standardize } from './standardize.ts'
import { encodeTarget, fitTarget, type TargetEncoding, targetOf } from './target.ts'
import { applyTransforms, type FitTransform, keepsFeatures, type Transform, transformedShape } from './transform.ts'

export interface TablePreprocessing {
  readonly version: 1
  readonly kind: 'table'
  readonly columns: readonly ColumnEncoding[]
  /** Names of the encoded features, before the transforms. */
  readonly features: readonly string[]
  readonly transforms: readonly Transform[]
  readonly target: TargetEncoding
}

export interface FitTableOptions {
  /** Adds a 0/1 feature beside each column that lacks values in the training rows. Default false. */
  readonly missingIndicator?: boolean
  /** What fills missing cells of number columns. Default `median`. Other columns get their most frequent value. */
  readonly impute?: Impute
  /**
   * Fitted to the encoded features, one after another. Default `[standardize()]`. Scaling leaves zeros and ones of
   * categories and booleans as they are; PCA and whitening take all features.
   */
  readonly transforms?: readonly FitTransform[]
}

/**
 * Fits everything to the training rows of a table: fill values, categories, means and deviations, classes.
 *
 * @param train row numbers, as `splitRows` gives them
 * @throws ThalwegError `data/no-features` when no column varies in the training rows
 */
export function fitTable(
  table: Table,
  train: Int32Array,
  options: FitTableOptions = {},
): { readonly preprocessing: TablePreprocessing; readonly notes: readonly DataNote[] } {
  const notes: DataNote[] = []
  const columns: ColumnEncoding[] = []
  for (const column of table.columns) {
    if (column.leftOut) continue
    const cells = Array.from(train, (row) => table.rows[row][column.index])
    const encoding = fitEncoding(column, cells, options.missingIndicator ?? false, options.impute)
    if (encoding) columns.push(encoding)
    else notes.push(constantInTrain(column.name))
  }
  if (columns.length === 0) throw nothingVaries(table.name, train.length)
  const features = columns.flatMap(featuresOf)
  const leave = columns.flatMap(areNumbers).map((isNumber) => !isNumber)
  const places = columns.map((encoding) => table.header.indexOf(encoding.name))
  const { values } = encode(table.name, columns, places, { rows: Array.from(train, (row) => table.rows[row]) })
  const transforms = fitTransforms(options.transforms ?? [standardize()], {
    name: table.name,
    shape: [features.length],
    walk: (visit) => visit(values),
    leave,
  })
  const target = fitTarget(table, train)
  return { preprocessing: { version: 1, kind: 'table', columns, features, transforms, target }, notes }
}

export interface EncodedTable {
  /** Number of rows. */
  readonly size: number
  /** `[size, width]`. */
  readonly inputs: Float32Array
  readonly width: number
  readonly notes: readonly DataNote[]
}

/**
 * Inputs from rows, the first of which is the header. Columns may be in any order; others than the fitted ones are
 * ignored, the target among them.
 *
 * @param name the file's name, for errors
 * @param lines of the file, on which each of `rows` begins: errors then tell these
 * @throws ThalwegError `data/missing-column`, `data/text-in-number`, `data/not-finite`, `data/empty-table`,
 * `data/ragged-row`, `data/duplicate-column`, `data/unequal-count`
 */
export function encodeTable(
  preprocessing: TablePreprocessing,
  rows: readonly (readonly string[])[],
  name = 'table',
  lines?: ArrayLike<number>,
): EncodedTable {
  const { header, body, lines: bodyLines } = readHeader(name, rows, lines)
  const { columns, transforms, features } = preprocessing
  const places = columns.map((encoding) => placeOf(name, encoding.name, header))
  const { values, notes } = encode(name, columns, places, { rows: body, lines: bodyLines })
  const inputs = applyTransforms(transforms, [features.length], values, body.length, makeFloat64)
  const [width] = transformedShape(transforms, [features.length])
  return { size: body.length, inputs: Float32Array.from(inputs), width, notes }
}

/**
 * A dataset from rows with the target column: inputs as {@link encodeTable} makes them; class numbers, or standardized
 * numbers (see `invertTarget`).
 *
 * @throws ThalwegError as `encodeTable` does, and `data/missing-target`, `data/class-not-in-train`
 */
export function tableDataset(
  preprocessing: TablePreprocessing,
  rows: readonly (readonly string[])[],
  name = 'table',
): Dataset {
  const { header, body } = readHeader(name, rows)
  const { target } = preprocessing
  const place = placeOf(name, target.name, header)
  const { inputs, width } = encodeTable(preprocessing, rows, name)
  const targets = body.map((row, at) => encodeTarget(name, target, row[place], at))
  const columns = keepsFeatures(preprocessing.transforms) ? { columns: preprocessing.features } : {}
  const shared = { name, inputs, inputShape: [width], ...columns }
  const kind = targetOf(target)
  const source = rowSource(name, [])
  if (kind.kind === 'class') return { ...arrays({ ...shared, labels: targets, classes: kind.classes }), source }
  return { ...arrays({ ...shared, numbers: Float32Array.from(targets), names: kind.names }), source }
}

function encode(
  table: string,
  columns: readonly ColumnEncoding[],
  places: readonly number[],
  body: Body,
): { values: Float64Array; notes: DataNote[] } {
  const { rows } = body
  const widths = columns.map((encoding) => featuresOf(encoding).length)
  const width = widths.reduce((sum, one) => sum + one, 0)
  const values = new Float64Array(rows.length * width)
  const notes: DataNote[] = []
  let start = 0
  columns.forEach((encoding, c) => {
    const surprises: Surprises = { missing: 0, unseen: new Map() }
    const where = (row: number): string => rowWords(body, row, places[c])
    rows.forEach((row, at) => {
      encodeCell(table, encoding, row[places[c]], at, where, values, at * width + start, surprises)
    })
    notes.push(...notesOf(encoding, surprises))
    start += widths[c]
  })
  return { values, notes }
}

function notesOf(encoding: ColumnEncoding, surprises: Surprises): DataNote[] {
  const column = encoding.name
  const notes: DataNote[] = []
  if (surprises.missing > 0) {
    const message = `column ${JSON.stringify(column)} lacks ${surprises.missing === 1 ? '1 value' : `${surprises.missing} values`}, filled with ${JSON.stringify(encoding.fill)} as in training`
    notes.push({ code: 'data/missing-values', column, message })
  }
  if (surprises.unseen.size > 0) {
    const cells = [...surprises.unseen.values()].reduce((sum, one) => sum + one, 0)
    const first = [...surprises.unseen.keys()].slice(0, 3).map((text) => JSON.stringify(text))
    const as = encoding.kind === 'one-hot' ? 'none of the known categories (all zeros)' : JSON.stringify(encoding.fill)
    const message = `column ${JSON.stringify(column)} has ${cells} cells that training did not know, such as ${first.join(', ')}: taken as ${as}`
    notes.push({ code: 'data/unseen-category', column, message })
  }
  return notes
}

function placeOf(name: string, column: string, header: readonly string[]): number {
  const place = header.indexOf(column)
  if (place >= 0) return place
  throw new ThalwegError('data/missing-column', {
    rule: `${name}: every column the network was trained on must be there`,
    received: `no column ${JSON.stringify(column)} among ${header.slice(0, 20).join(', ')}${header.length > 20 ? ', ...' : ''}`,
    try: `add the column; if it is there under another name, rename it (${suggest(column, header, 'columns')})`,
  })
}

function constantInTrain(column: string): DataNote {
  const message = `column ${JSON.stringify(column)} does not vary in the training split and is left out`
  return { code: 'data/constant-column', column, message }
}

function nothingVaries(name: string, rows: number): ThalwegError {
  return new ThalwegError('data/no-features', {
    rule: `${name}: at least one column must vary in the training split`,
    received: `${rows} training rows that are all alike`,
    try: 'give more rows, or other columns',
  })
}

function makeFloat64(length: number): Float64Array {
  return new Float64Array(length)
}

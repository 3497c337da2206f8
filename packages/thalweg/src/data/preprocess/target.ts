/**
 * How the target column becomes what is trained on: a class number, or a number standardized with the training rows, so
 * that training works at any scale of the target; predictions are turned back.
 */
import { suggest, ThalwegError } from '../../base/index.ts'
import type { Target } from '../dataset.ts'
import { fits, isMissing, numberOf, spell } from '../table/cell.ts'
import type { ColumnType } from '../table/column.ts'
import type { Table } from '../table/table.ts'
import { fitStandardize } from './standardize.ts'

export type TargetEncoding =
  | { readonly kind: 'class'; readonly name: string; readonly type: ColumnType; readonly classes: readonly string[] }
  | { readonly kind: 'number'; readonly name: string; readonly mean: number; readonly scale: number }

/** Fits the target to the training rows: the classes among them, or their mean and deviation. */
export function fitTarget(table: Table, rows: Int32Array): TargetEncoding {
  const { name, index, type } = table.target
  const cells = Array.from(rows, (row) => table.rows[row][index])
  if (table.task === 'classification') {
    const trained = new Set(cells.map((cell) => spell(cell, type)))
    return { kind: 'class', name, type, classes: table.classes.filter((one) => trained.has(one)) }
  }
  const numbers = cells.map((cell) => numberOf(cell) ?? Number.NaN)
  const { mean, scale } = fitStandardize(1, (visit) => visit(numbers))
  return { kind: 'number', name, mean: mean[0], scale: scale[0] }
}

/** The dataset target that an encoding stands for. */
export function targetOf(encoding: TargetEncoding): Target {
  if (encoding.kind === 'class') return { kind: 'class', classes: encoding.classes }
  return { kind: 'number', names: [encoding.name] }
}

/**
 * The class number, or the standardized number, of one cell.
 *
 * @throws ThalwegError `data/class-not-in-train`, `data/missing-target`, `data/text-in-number`
 */
export function encodeTarget(table: string, encoding: TargetEncoding, cell: string, row: number): number {
  const { name } = encoding
  if (isMissing(cell)) throw badTarget('data/missing-target', table, name, cell, row, 'fill the cell or remove the row')
  if (encoding.kind === 'class') {
    const text = spell(cell, encoding.type)
    const label = encoding.classes.indexOf(text)
    if (label >= 0) return label
    throw new ThalwegError('data/class-not-in-train', {
      rule: `${table}: every class must occur in the training split`,
      received: `${JSON.stringify(text)} in row ${row + 1}, column ${JSON.stringify(name)}`,
      try: `add training rows of this class, or ${suggest(text, encoding.classes, 'classes')}`,
    })
  }
  const value = numberOf(cell)
  if (value !== undefined && fits(value)) return (value - encoding.mean) / encoding.scale
  throw badTarget('data/text-in-number', table, name, cell, row, 'correct the cell: the target is a number')
}

/** Outputs of a network in the target's own units. For classes there is nothing to turn back. */
export function invertTarget(encoding: TargetEncoding, outputs: ArrayLike<number>): Float64Array {
  if (encoding.kind === 'class') return Float64Array.from(outputs)
  return Float64Array.from(outputs, (output) => output * encoding.scale + encoding.mean)
}

function badTarget(code: string, table: string, name: string, cell: string, row: number, act: string): ThalwegError {
  return new ThalwegError(code, {
    rule: `${table}: every row must have a value the target column ${JSON.stringify(name)} can take`,
    received: `${JSON.stringify(cell)} in row ${row + 1}`,
    try: act,
  })
}

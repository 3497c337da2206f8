/** From parsed rows to three datasets in one call: understand, split, fit on train, apply to all. */
import { checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import type { DataNote } from '../notes.ts'
import { sourceOfRows } from '../source.ts'
import { type RowSplit, type SplitOptions, splitRows } from '../split.ts'
import { spell } from '../table/cell.ts'
import { type Table, type TableOptions, table } from '../table/table.ts'
import { cellSource, rowSource } from './cells.ts'
import { type FitTableOptions, fitTable, type TablePreprocessing, tableDataset } from './table.ts'

export interface PrepareTableOptions extends TableOptions, SplitOptions, FitTableOptions {}

/** Of each step's options that step takes its own. */
const NAMES = {
  name: 0,
  target: 0,
  task: 0,
  types: 0,
  lines: 0,
  seed: 0,
  valid: 0,
  test: 0,
  missingIndicator: 0,
  impute: 0,
  transforms: 0,
} as const satisfies Record<keyof PrepareTableOptions, unknown>

export interface PreparedTable {
  readonly table: Table
  readonly preprocessing: TablePreprocessing
  readonly train: Dataset
  readonly valid: Dataset
  readonly test: Dataset
  /** Which rows of the table went where. */
  readonly rows: RowSplit
  readonly notes: readonly DataNote[]
}

/**
 * Prepares a table for training. Classes keep their proportions in the three parts.
 *
 * @param rows parsed cells, the header first
 * @throws ThalwegError as `table`, `splitRows`, `fitTable` and `tableDataset` do
 */
export function prepareTable(rows: readonly (readonly string[])[], options: PrepareTableOptions): PreparedTable {
  checkNames('prepareTable', options, NAMES)
  const understood = table(rows, options)
  const split = splitRows(understood.name, labelsOf(understood) ?? understood.rows.length, options)
  const { preprocessing, notes } = fitTable(understood, split.train, options)
  const leftOut = understood.columns.filter((column) => column.leftOut === 'identifier').map(({ name }) => name)
  const { name, header, rows: body, lines } = understood
  const source = lines
    ? cellSource({ name, header, rows: body, lines, leftOut }, preprocessing)
    : rowSource(name, leftOut)
  const part = (name: string, chosen: Int32Array): Dataset => ({
    ...tableDataset(preprocessing, [understood.header, ...Array.from(chosen, (row) => understood.rows[row])], name),
    source: sourceOfRows(source, chosen),
  })
  return {
    table: understood,
    preprocessing,
    train: part(`${understood.name}/train`, split.train),
    valid: part(`${understood.name}/valid`, split.valid),
    test: part(`${understood.name}/test`, split.test),
    rows: split,
    notes: [...understood.notes, ...notes],
  }
}

function labelsOf(table: Table): number[] | undefined {
  if (table.task !== 'classification') return undefined
  const { index, type } = table.target
  return table.rows.map((row) => table.classes.indexOf(spell(row[index], type)))
}

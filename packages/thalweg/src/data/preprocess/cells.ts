/** Where the examples of a table stand in it, and which cell a number of theirs was made from. */

import type { DataSource, Place, ValueAt } from '../source.ts'
import { type Body, lineOf } from '../table/lines.ts'
import { type ColumnEncoding, featuresOf } from './encode.ts'
import type { TargetEncoding } from './target.ts'
import { keepsFeatures, type Transform } from './transform.ts'

export interface Cells extends Body {
  readonly name: string
  readonly lines: Int32Array
  readonly header: readonly string[]
  readonly leftOut: readonly string[]
}

/** Of a fitted preprocessing. */
interface Fitted {
  readonly columns: readonly ColumnEncoding[]
  readonly transforms: readonly Transform[]
  readonly target: TargetEncoding
}

/** Of rows whose lines nobody knows. It holds on to nothing: a large table may go once its numbers are read. */
export function rowSource(file: string, leftOut: readonly string[]): DataSource {
  return { leftOut, place: (example) => ({ file, row: example + 1 }) }
}

/** Tells cells as they stand there, and so holds on to the rows, of which it copies none. */
export function cellSource(cells: Cells, { columns, transforms, target }: Fitted): DataSource {
  const { name: file, header, rows, leftOut } = cells
  const features = keepsFeatures(transforms)
    ? columns.flatMap((encoding) => featuresOf(encoding).map(() => encoding.name))
    : []

  function place(example: number, value?: ValueAt): Place {
    const name = value?.part === 'target' ? target.name : value && features[value.index]
    const column = name === undefined ? -1 : header.indexOf(name)
    const cell = name === undefined ? {} : { cell: { column: name, text: rows[example][column] } }
    // Of no cell, where the row begins.
    return { file, row: example + 1, line: lineOf(cells, example, Math.max(0, column)), ...cell }
  }

  return { leftOut, place }
}

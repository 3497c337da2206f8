/** Which cell of a table a number of an example was made from. It holds on to the rows and copies none of them. */

import type { DataSource, Place, ValueAt } from '../source.ts'
import { type Body, lineOf } from '../table/lines.ts'
import { type ColumnEncoding, featuresOf } from './encode.ts'
import type { TargetEncoding } from './target.ts'
import { keepsFeatures, type Transform } from './transform.ts'

export interface Cells extends Body {
  readonly name: string
  readonly header: readonly string[]
  readonly leftOut: readonly string[]
}

/** Of a fitted preprocessing. */
interface Fitted {
  readonly columns: readonly ColumnEncoding[]
  readonly transforms: readonly Transform[]
  readonly target: TargetEncoding
}

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
    const line = lineOf(cells, example, Math.max(0, column))
    return { file, row: example + 1, ...(line !== undefined && { line }), ...cell }
  }

  return { leftOut, place }
}

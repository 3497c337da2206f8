/** Which cell of a table a number of an example was made from. It holds on to the rows and copies none of them. */
import type { DataSource, Place, ValueAt } from '../source.ts'
import { type ColumnEncoding, featuresOf } from './encode.ts'
import type { TargetEncoding } from './target.ts'
import { keepsFeatures, type Transform } from './transform.ts'

/** Rows below a header. */
export interface Cells {
  readonly name: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** On which each row begins. */
  readonly lines?: Int32Array
  readonly leftOut: readonly string[]
}

/** Of a fitted preprocessing. */
interface Fitted {
  readonly columns: readonly ColumnEncoding[]
  readonly transforms: readonly Transform[]
  readonly target: TargetEncoding
}

export function cellSource(
  { name: file, header, rows, lines, leftOut }: Cells,
  { columns, transforms, target }: Fitted,
): DataSource {
  const features = keepsFeatures(transforms)
    ? columns.flatMap((encoding) => featuresOf(encoding).map(() => encoding.name))
    : []

  /** Of a cell that is none, the row's beginning. */
  function lineOf(row: number, column: number): Pick<Place, 'line'> {
    return lines ? { line: lines[row] + breaksIn(rows[row].slice(0, Math.max(0, column))) } : {}
  }

  function place(example: number, value?: ValueAt): Place {
    const name = value?.part === 'target' ? target.name : value && features[value.index]
    const column = name === undefined ? -1 : header.indexOf(name)
    const cell = name === undefined ? {} : { cell: { column: name, text: rows[example][column] } }
    return { file, row: example + 1, ...lineOf(example, column), ...cell }
  }

  return { leftOut, place }
}

/** What stands in quotes may go on for several lines. */
function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
}

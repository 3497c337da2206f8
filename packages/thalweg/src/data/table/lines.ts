/** What a row of a table is called: by the line of its file, as editors count, or else counted below the header. */

export interface Body {
  /** Below the header. */
  readonly rows: readonly (readonly string[])[]
  /** On which each of them begins, where it is known. */
  readonly lines?: Int32Array | undefined
}

/** On which a cell begins; what stands in quotes before it may go on for several lines. */
export function lineOf({ rows, lines }: Body & { readonly lines: Int32Array }, row: number, column = 0): number {
  return lines[row] + breaksIn(rows[row].slice(0, column))
}

/** `line 14`, `row 13`. */
export function rowWords({ rows, lines }: Body, row: number, column = 0): string {
  return lines ? `line ${lineOf({ rows, lines }, row, column)}` : `row ${row + 1}`
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
}

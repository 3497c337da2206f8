/** Tables of words and figures for a terminal: a head, and columns that stand straight. */
import type { Style } from './style.ts'

export interface Column {
  readonly title: string
  /** Figures stand at the right edge of their column. Default `left`. */
  readonly align?: 'left' | 'right'
}

/** Lines of a table. Cells are plain text; colour would be counted as width. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): string[] {
  const widths = columns.map(({ title }, column) => Math.max(title.length, ...rows.map((row) => row[column].length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column]
        return columns[column].align === 'right' ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [style.dim(`  ${line(columns.map(({ title }) => title))}`), ...rows.map((row) => `  ${line(row)}`)]
}

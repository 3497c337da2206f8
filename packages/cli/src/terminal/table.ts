/** Tables of words and figures for a terminal: a head, and columns that stand straight. */
import type { Voice } from '../voice.ts'
import type { Style } from './style.ts'
import { wrap } from './summary.ts'

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

/** A column of a table that grows: its width is known before its cells are. The edge is the right one. */
export interface GrowingColumn {
  readonly title: string
  readonly width: number
}

export interface GrowingTable {
  /** One more row, under a head that is said before the first; `paint` colours the whole of it. */
  row(cells: readonly string[], words?: string, paint?: (text: string) => string): void
}

/**
 * A table whose rows come one by one.
 *
 * @param words title of a last column of words, which goes on below itself where the terminal is too narrow for it
 */
export function growingTable(voice: Voice, columns: readonly GrowingColumn[], words?: string): GrowingTable {
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padStart(columns[i].width)).join('')
  const margin = columns.reduce((sum, { width }) => sum + width, 0) + 2
  let isBegun = false
  return {
    row(cells, text = '', paint = (same) => same) {
      if (!isBegun) {
        const head = line(columns.map(({ title }) => title))
        voice.say(voice.style.dim(words === undefined ? head : `${head}  ${words}`))
      }
      isBegun = true
      const [first, ...more] = wrap(text, Math.max(20, voice.width() - margin))
      const lines = [`${line(cells)}  ${first}`.trimEnd(), ...more.map((one) => `${' '.repeat(margin)}${one}`)]
      voice.say(lines.map(paint).join('\n'))
    },
  }
}

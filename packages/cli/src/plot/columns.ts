/** A course of values as columns of text, an eighth of a line's height at a time: what a terminal shows of a curve. */

const BLOCKS = ' ▁▂▃▄▅▆▇█'

/**
 * `rows` lines of `columns` characters, from the top; the highest value reaches the top and 0 is the bottom.
 *
 * @param values of at least 0, evenly spaced; each column shows the one in its middle
 */
export function columnsOf(values: readonly number[], columns: number, rows: number): string[] {
  const shown = Array.from({ length: columns }, (_, at) => values[Math.floor(((at + 0.5) * values.length) / columns)])
  const most = Math.max(...values) || 1
  return Array.from({ length: rows }, (_, line) => {
    const below = 8 * (rows - 1 - line)
    return shown
      .map((value) => BLOCKS[Math.max(0, Math.min(8, Math.round((8 * rows * value) / most) - below))])
      .join('')
  })
}

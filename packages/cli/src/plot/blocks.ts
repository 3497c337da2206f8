/** A histogram in one line of text, an eighth of a line's height at a time. */

const BLOCKS = ' ▁▂▃▄▅▆▇█'

/**
 * `columns` characters for the counts, which are added up in as many equal groups; the fullest is the highest, and what is
 * not empty can be seen.
 */
export function blocks(counts: readonly number[], columns: number): string {
  const sums = new Array<number>(columns).fill(0)
  for (const [bin, count] of counts.entries()) sums[Math.floor((bin * columns) / counts.length)] += count
  const most = Math.max(...sums, 1)
  return sums.map((sum) => BLOCKS[sum === 0 ? 0 : Math.max(1, Math.round((8 * sum) / most))]).join('')
}

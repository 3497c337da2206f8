/** What one cell of text means. Cells are trimmed first; nothing is guessed from a single cell alone. */

const missingWords = new Set(['', 'na', 'n/a', 'nan', 'null', '?'])
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const infinity = /^[+-]?inf(inity)?$/i

/** Word pairs that make a column boolean, false first. */
const booleanPairs: readonly (readonly [string, string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['f', 't'],
  ['n', 'y'],
  ['off', 'on'],
]

/** Empty, NA, N/A, NaN, null and ?, in any case. */
export function isMissing(cell: string): boolean {
  return missingWords.has(cell.trim().toLowerCase())
}

/**
 * The number a cell spells in decimal digits, an infinity if it spells one (`Inf`, `1e999`), else `undefined`. Hexadecimal,
 * thousands separators, units and percent signs are text.
 */
export function numberOf(cell: string): number | undefined {
  const text = cell.trim()
  if (decimal.test(text)) return Number(text)
  if (infinity.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return undefined
}

/** The largest 32-bit float: what is computed with has to fit one. */
const LARGEST = 3.4028234663852886e38

/** Whether a number can be trained on: neither infinite nor beyond what a 32-bit float holds. */
export function fits(value: number): boolean {
  return Math.abs(value) <= LARGEST
}

/** The pair of words that all of `words` (trimmed, lower case) belong to, if there is one. */
export function booleanPairOf(words: Iterable<string>): readonly [string, string] | undefined {
  const all = [...words]
  return booleanPairs.find((pair) => all.every((word) => pair.includes(word)))
}

/** Whether a cell says true, false, or neither. */
export function booleanOf(cell: string): boolean | undefined {
  const word = cell.trim().toLowerCase()
  for (const [no, yes] of booleanPairs) {
    if (word === no) return false
    if (word === yes) return true
  }
  if (word === '0' || word === '1') return word === '1'
  return undefined
}

/** One spelling per class or category: a number is spelled its shortest way, so that `1`, `1.0` and `01` are the same. */
export function spell(cell: string, type: 'number' | 'category' | 'boolean'): string {
  const text = cell.trim()
  if (type === 'number') return String(numberOf(text) ?? text)
  if (type === 'boolean') return text.toLowerCase()
  return text
}

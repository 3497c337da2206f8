/**
 * How one column of a table becomes features: missing cells are filled, categories
 * become one-hot, booleans 0 or 1. Fitted on training rows alone. A category that training never saw is none of the known
 * ones: all zeros, and a note.
 */
import { ThalwegError, unreachable } from '../../base/index.ts'
import { booleanOf, fits, isMissing, numberOf } from '../table/cell.ts'
import { type Column, notFinite, textInNumber } from '../table/column.ts'
import { MOST_CATEGORIES } from '../table/notes.ts'

interface Encoding {
  /** The column's name. */
  readonly name: string
  /** One more feature, 1 where the cell is missing. */
  readonly indicator: boolean
}

export type ColumnEncoding =
  | (Encoding & { readonly kind: 'number'; readonly fill: number })
  | (Encoding & { readonly kind: 'boolean'; readonly fill: boolean })
  | (Encoding & { readonly kind: 'one-hot'; readonly fill: string; readonly categories: readonly string[] })

/** What fills a number column's missing cells: a figure of its training cells, or this number. */
export type Impute = 'median' | 'mean' | 'most-frequent' | number

/** What encoding met that training had not: counts, for notes. */
export interface Surprises {
  missing: number
  readonly unseen: Map<string, number>
}

/**
 * Fits one column to its training cells.
 *
 * @param wantIndicator whether a column with missing training cells gets an indicator
 * @throws ThalwegError `data/bad-impute`
 * @returns `undefined` when the cells are all missing or all the same, so that there is nothing to learn from
 */
export function fitEncoding(
  column: Column,
  cells: readonly string[],
  wantIndicator: boolean,
  impute: Impute = 'median',
): ColumnEncoding | undefined {
  const filled = cells.filter((cell) => !isMissing(cell)).map((cell) => cell.trim())
  const indicator = wantIndicator && filled.length > 0 && filled.length < cells.length
  const { name } = column
  switch (column.type) {
    case 'number': {
      const numbers = filled.map((cell) => numberOf(cell) ?? Number.NaN).sort((a, b) => a - b)
      if (numbers.length === 0 || (numbers[0] === numbers[numbers.length - 1] && !indicator)) return undefined
      return { kind: 'number', name, indicator, fill: fillOf(impute, numbers) }
    }
    case 'boolean': {
      const yes = filled.filter((cell) => booleanOf(cell)).length
      if ((yes === 0 || yes === filled.length) && !indicator) return undefined
      return { kind: 'boolean', name, indicator, fill: yes > filled.length / 2 }
    }
    case 'category': {
      const ranked = rank(filled)
      if (ranked.length < 2 && !indicator) return undefined
      return { kind: 'one-hot', name, indicator, fill: ranked[0], categories: ranked.slice(0, MOST_CATEGORIES).sort() }
    }
    default:
      return unreachable(column.type, 'a column type')
  }
}

/** Names of the features a column becomes, in order. */
export function featuresOf(encoding: ColumnEncoding): string[] {
  const { name } = encoding
  const features = encoding.kind === 'one-hot' ? encoding.categories.map((category) => `${name}=${category}`) : [name]
  return encoding.indicator ? [...features, `${name} is missing`] : features
}

/** Which of these features are numbers to standardize; zeros and ones are left as they are. */
export function areNumbers(encoding: ColumnEncoding): boolean[] {
  return featuresOf(encoding).map((_, i) => encoding.kind === 'number' && i === 0)
}

/**
 * Writes the features of one cell to `out` from `at` on.
 *
 * @param where what an error calls the row
 * @throws ThalwegError `data/text-in-number`, `data/not-finite`
 */
export function encodeCell(
  table: string,
  encoding: ColumnEncoding,
  cell: string,
  row: number,
  where: (row: number) => string,
  out: Float64Array,
  at: number,
  surprises: Surprises,
): void {
  const missing = isMissing(cell)
  if (missing) surprises.missing++
  switch (encoding.kind) {
    case 'number': {
      const value = missing ? encoding.fill : numberOf(cell)
      if (value === undefined) throw textInNumber(table, encoding.name, cell, where(row))
      if (!fits(value)) throw notFinite(table, encoding.name, cell, where(row))
      out[at++] = value
      break
    }
    case 'boolean': {
      const value = missing ? encoding.fill : booleanOf(cell)
      if (value === undefined) surprise(surprises, cell)
      out[at++] = (value ?? encoding.fill) ? 1 : 0
      break
    }
    case 'one-hot': {
      const place = encoding.categories.indexOf(missing ? encoding.fill : cell.trim())
      if (place < 0) surprise(surprises, cell)
      for (let i = 0; i < encoding.categories.length; i++) out[at++] = i === place ? 1 : 0
      break
    }
    default:
      unreachable(encoding, 'a column encoding')
  }
  if (encoding.indicator) out[at] = missing ? 1 : 0
}

function surprise(surprises: Surprises, cell: string): void {
  const text = cell.trim()
  surprises.unseen.set(text, (surprises.unseen.get(text) ?? 0) + 1)
}

/** @param sorted ascending; there may be none where only the indicator is of use */
function fillOf(impute: Impute, sorted: readonly number[]): number {
  if (typeof impute === 'number' && Number.isFinite(impute)) return impute
  switch (impute) {
    case 'median':
      return median(sorted)
    case 'mean':
      return sorted.reduce((sum, value) => sum + value, 0) / sorted.length
    case 'most-frequent':
      return mostFrequent(sorted)
    default:
      throw new ThalwegError('data/bad-impute', {
        rule: 'impute: it must be median, mean, most-frequent or a finite number',
        received: String(impute),
        try: "give impute 'median'",
      })
  }
}

/** The smallest of those that occur most often. */
function mostFrequent(sorted: readonly number[]): number {
  let best = 0
  let most = 0
  for (let start = 0, i = 1; i <= sorted.length; i++) {
    if (sorted[i] === sorted[start]) continue
    if (i - start > most) [best, most] = [sorted[start], i - start]
    start = i
  }
  return best
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Different values, the most frequent first, equally frequent ones by code unit. */
function rank(values: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value)
}

/**
 * What a column of cells is. A column is meant as numbers when at least four fifths of its filled cells are numbers, or
 * more than half and one of them has a fraction (codes are whole). A text cell in such a column is an error that names the
 * cell, not a reason to treat a thousand numbers as a thousand categories.
 */
import { ThalwegError } from '../../base/index.ts'
import { booleanPairOf, fits, isMissing, numberOf } from './cell.ts'
import { type Body, rowWords } from './lines.ts'

export type ColumnType = 'number' | 'category' | 'boolean'

export interface Column {
  readonly name: string
  /** Place in the row, from 0. */
  readonly index: number
  readonly type: ColumnType
  /** Cells without a value. */
  readonly missing: number
  /** Different values among the others. */
  readonly distinct: number
  /** Why it is no feature, when it is none: it says nothing, or it names rows rather than describing them. */
  readonly leftOut?: 'ignored' | 'empty' | 'constant' | 'identifier'
}

const NUMERIC_SHARE = 0.8
/** Below this many rows, "every value differs" says nothing. */
const IDENTIFIER_ROWS = 20

/**
 * Looks at all cells of one column.
 *
 * @param forced the type the user gave, which switches off inference and the identifier rule
 * @throws ThalwegError `data/text-in-number`, `data/not-finite`, `data/not-boolean`
 */
export function inspectColumn(table: string, name: string, index: number, body: Body, forced?: ColumnType): Column {
  const { rows } = body
  const words = new Set<string>()
  const texts: number[] = []
  let missing = 0
  let infinite = -1
  let fractional = false
  rows.forEach((row, at) => {
    const cell = row[index].trim()
    if (isMissing(cell)) {
      missing++
      return
    }
    words.add(cell)
    const value = numberOf(cell)
    if (value === undefined) texts.push(at)
    else if (!fits(value)) infinite = infinite < 0 ? at : infinite
    else if (!Number.isInteger(value)) fractional = true
  })
  const filled = rows.length - missing
  const numeric = filled - texts.length
  const pair = booleanPairOf([...words].map((word) => word.toLowerCase()))
  const meantAsNumbers = numeric >= NUMERIC_SHARE * filled || (fractional && numeric > filled / 2)
  const type = forced ?? (meantAsNumbers ? 'number' : pair ? 'boolean' : 'category')
  if (type === 'number') {
    if (texts.length > 0) {
      const where = rowWords(body, texts[0], index)
      throw textInNumber(table, name, rows[texts[0]][index], where, { count: texts.length, filled })
    }
    if (infinite >= 0) throw notFinite(table, name, rows[infinite][index], rowWords(body, infinite, index))
  }
  const zeroOne = [...words].every((word) => word === '0' || word === '1')
  if (type === 'boolean' && !pair && !zeroOne) throw notBoolean(table, name, [...words])
  const distinct = countDistinct(words, type)
  const leftOut = reasonToLeaveOut(filled, distinct, type, forced !== undefined, () => isCounter(rows, index))
  return { name, index, type, missing, distinct, ...(leftOut && { leftOut }) }
}

/**
 * A text where a number belongs; also for rows that come later, at prediction.
 *
 * @param where `line 14`
 * @param seen while the type of the column is still open: how many such cells there are among how many
 */
export function textInNumber(
  table: string,
  column: string,
  cell: string,
  where: string,
  seen?: { readonly count: number; readonly filled: number },
): ThalwegError {
  const extent = seen && seen.count > 1 ? ` (and ${seen.count - 1} more of ${seen.filled} cells)` : ''
  return new ThalwegError('data/text-in-number', {
    rule: `${table}: every cell of the numeric column ${JSON.stringify(column)} must be a number or missing`,
    received: `${JSON.stringify(cell)} in ${where}, column ${JSON.stringify(column)}${extent}`,
    try: seen
      ? `correct the cell, empty it if the value is unknown, or call the column classes: ${asCategory(column)}`
      : 'correct the cell, or empty it if the value is unknown',
  })
}

/** In the library, and on the command line. */
function asCategory(column: string): string {
  return `types: { ${JSON.stringify(column)}: 'category' }, ${columnFlag(column, 'class')}`
}

/** As it is typed on the command line. */
export function columnFlag(column: string, type: 'class' | 'number'): string {
  return `--column ${/^[\w.-]+$/.test(column) ? column : JSON.stringify(column)}=${type}`
}

export function notFinite(table: string, column: string, cell: string, where: string): ThalwegError {
  return new ThalwegError('data/not-finite', {
    rule: `${table}: every number must be finite, and at most 3.4e38 in size`,
    received: `${JSON.stringify(cell)} in ${where}, column ${JSON.stringify(column)}`,
    try: 'correct the cell, or empty it if the value is unknown',
  })
}

function notBoolean(table: string, column: string, words: readonly string[]): ThalwegError {
  return new ThalwegError('data/not-boolean', {
    rule: `${table}: a boolean column must hold one pair of words, such as true and false, yes and no, 0 and 1`,
    received: `column ${JSON.stringify(column)} with ${words.slice(0, 4).join(', ')}${words.length > 4 ? ', ...' : ''}`,
    try: `call the column classes instead: ${asCategory(column)}`,
  })
}

function countDistinct(words: ReadonlySet<string>, type: ColumnType): number {
  if (type === 'category') return words.size
  if (type === 'boolean') return new Set([...words].map((word) => word.toLowerCase())).size
  return new Set([...words].map(Number)).size
}

function reasonToLeaveOut(
  filled: number,
  distinct: number,
  type: ColumnType,
  forced: boolean,
  counts: () => boolean,
): Column['leftOut'] {
  if (filled === 0) return 'empty'
  if (distinct === 1) return 'constant'
  if (forced || filled < IDENTIFIER_ROWS) return undefined
  if (type === 'category' && distinct > filled / 2) return 'identifier'
  if (type === 'number' && distinct === filled && counts()) return 'identifier'
  return undefined
}

/** Whether the cells count the rows: n, n+1, n+2, ... */
function isCounter(rows: readonly (readonly string[])[], index: number): boolean {
  const first = numberOf(rows[0][index])
  return first !== undefined && rows.every((row, at) => numberOf(row[index]) === first + at)
}

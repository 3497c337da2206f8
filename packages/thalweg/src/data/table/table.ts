/**
 * A table of text cells, as a CSV reader gives it, understood: which column is what, what is to be predicted, and what
 * is odd about it. It does not parse CSV and does not turn cells into inputs (see preprocess/).
 */
import { suggest, ThalwegError } from '../../base/index.ts'
import type { DataNote } from '../notes.ts'
import { isMissing, numberOf, spell } from './cell.ts'
import { type Column, type ColumnType, inspectColumn } from './column.ts'
import { type Body, rowWords } from './lines.ts'
import { notesOf, taskNotes } from './notes.ts'
import { inferTask, type Task } from './task.ts'

export interface TableOptions {
  /** What errors call it, the file's name. Default `table`. */
  readonly name?: string
  /** The column to predict. */
  readonly target: string
  /** Default: inferred from the target column. */
  readonly task?: Task
  /**
   * Types that are not to be inferred; `ignore` leaves the column out. That of the target decides the task, where it is not
   * given: numbers are predicted as numbers, everything else as classes.
   */
  readonly types?: Readonly<Record<string, ColumnType | 'ignore'>>
  /**
   * Line of the file on which each of the rows begins, the header's first, from 1: findings and errors then tell a cell as it
   * stands there, with its line. Datasets hold on to the rows for that. Default: they tell rows, counted below the header.
   */
  readonly lines?: ArrayLike<number>
}

export interface Table {
  readonly name: string
  readonly header: readonly string[]
  /** The rows below the header, every one as long as the header. */
  readonly rows: readonly (readonly string[])[]
  /** On which each row begins, where it is known. */
  readonly lines?: Int32Array
  /** Every column but the target, in the order of the header. */
  readonly columns: readonly Column[]
  readonly target: Column
  readonly task: Task
  /** Class names in their order for classification (numbers ascending, texts by code unit), else empty. */
  readonly classes: readonly string[]
  readonly notes: readonly DataNote[]
}

/** In fewer rows every class may occur once by chance. */
const MANY_ROWS = 20
/** With fewer rows than this for a class, on average, a target names its rows: most have nothing to be told apart from. */
const LEAST_ROWS_PER_CLASS = 1.5

/**
 * Understands parsed rows, the first of which is the header.
 *
 * @throws ThalwegError `data/empty-table`, `data/no-header`, `data/duplicate-column`, `data/ragged-row`,
 * `data/unknown-column`, `data/text-in-number`, `data/not-finite`, `data/not-boolean`, `data/missing-target`,
 * `data/one-class`, `data/no-class-twice`, `data/no-features`, `data/unequal-count`
 */
export function table(rows: readonly (readonly string[])[], options: TableOptions): Table {
  const { name = 'table', types = {} } = options
  const { header, body, lines } = readHeader(name, rows, options.lines)
  const numbered: Body = { rows: body, lines }
  if (body.length === 0) throw emptyTable(name, `a header of ${header.length} columns and no rows`)
  for (const column of [options.target, ...Object.keys(types)]) {
    if (!header.includes(column)) throw unknownColumn(name, column, header)
  }
  if (looksLikeData(header)) throw noHeader(name, header)

  const target = inspectTarget(name, header, numbered, options)
  const columns = header
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => column !== options.target)
    .map(({ column, index }) => inspectFeature(name, column, index, numbered, typeOf(column, types)))
  if (columns.every((column) => column.leftOut)) throw noFeatures(name, columns, body.length)

  const integers = body.every((row) => Number.isInteger(numberOf(row[target.index])))
  const asked = options.task ?? forcedTask(typeOf(options.target, types))
  const task = asked ?? inferTask(target, integers, body.length)
  if (task === 'regression' && target.type !== 'number') throw notNumeric(name, target, body[0][target.index])
  const classes = task === 'classification' ? classesOf(target, body) : []
  if (target.distinct < 2) throw oneClass(name, target, body[0][target.index])
  if (task === 'classification' && body.length >= MANY_ROWS && body.length < LEAST_ROWS_PER_CLASS * classes.length)
    throw noClassTwice(name, target, classes, body)
  const counted = body.map((row) => spell(row[target.index], target.type))
  const notes = [...(asked ? [] : taskNotes(target, task, counted)), ...notesOf(columns, classes, counted)]
  return { name, header, rows: body, ...(lines && { lines }), columns, target, task, classes, notes }
}

/**
 * The header, trimmed and without a byte order mark, and the rows below it without empty lines.
 *
 * @param lines of all these rows; what is returned is of those that are left below the header
 * @throws ThalwegError `data/empty-table`, `data/duplicate-column`, `data/ragged-row`, `data/unequal-count`
 */
export function readHeader(
  name: string,
  rows: readonly (readonly string[])[],
  lines?: ArrayLike<number>,
): { header: readonly string[]; body: readonly (readonly string[])[]; lines: Int32Array | undefined } {
  if (lines && lines.length !== rows.length) throw unequalLines(name, rows.length, lines.length)
  const filled = rows.filter(isFilled)
  if (filled.length === 0) throw emptyTable(name, 'no rows')
  const header = filled[0].map((cell, i) => cell.replace(/^\ufeff/, '').trim() || `column ${i + 1}`)
  const twice = header.find((column, i) => header.indexOf(column) !== i)
  if (twice !== undefined) throw duplicateColumn(name, twice, header)
  const body = filled.slice(1)
  const bodyLines =
    lines &&
    Int32Array.from(lines)
      .filter((_, at) => isFilled(rows[at]))
      .slice(1)
  const ragged = body.findIndex((row) => row.length !== header.length)
  if (ragged >= 0) {
    const where = rowWords({ rows: body, lines: bodyLines }, ragged)
    throw raggedRow(name, where, body[ragged].length, header.length)
  }
  return { header, body, lines: bodyLines }
}

function isFilled(row: readonly string[]): boolean {
  return row.length > 1 || (row.length === 1 && row[0].trim() !== '')
}

/** A column may be called `constructor` or `__proto__`: what every object has is no type. */
function typeOf(column: string, types: TableOptions['types'] = {}): ColumnType | 'ignore' | undefined {
  return Object.hasOwn(types, column) ? types[column] : undefined
}

function inspectFeature(
  name: string,
  column: string,
  index: number,
  body: Body,
  type: ColumnType | 'ignore' | undefined,
): Column {
  if (type !== 'ignore') return inspectColumn(name, column, index, body, type)
  return { name: column, index, type: 'category', missing: 0, distinct: 0, leftOut: 'ignored' }
}

function inspectTarget(name: string, header: readonly string[], body: Body, options: TableOptions): Column {
  const index = header.indexOf(options.target)
  const gaps = body.rows.flatMap((row, at) => (isMissing(row[index]) ? [rowWords(body, at, index)] : []))
  if (gaps.length > 0) throw missingTarget(name, options.target, gaps)
  const type = typeOf(options.target, options.types)
  const forced = type === 'ignore' ? undefined : type
  return inspectColumn(name, options.target, index, body, options.task === 'regression' ? 'number' : forced)
}

function forcedTask(type: ColumnType | 'ignore' | undefined): Task | undefined {
  if (type === undefined || type === 'ignore') return undefined
  return type === 'number' ? 'regression' : 'classification'
}

function classesOf(target: Column, body: readonly (readonly string[])[]): string[] {
  const classes = [...new Set(body.map((row) => spell(row[target.index], target.type)))]
  if (classes.every((name) => Number.isFinite(numberOf(name)))) return classes.sort((a, b) => Number(a) - Number(b))
  return classes.sort()
}

function looksLikeData(header: readonly string[]): boolean {
  return header.every((cell) => numberOf(cell) !== undefined)
}

function emptyTable(name: string, received: string): ThalwegError {
  return new ThalwegError('data/empty-table', {
    rule: `${name}: a table must have a header and at least one row`,
    received,
    try: 'check that this is the right file and that it was written completely',
  })
}

function unequalLines(name: string, rows: number, lines: number): ThalwegError {
  return new ThalwegError('data/unequal-count', {
    rule: `${name}: lines must have a number for each row, the header among them`,
    received: `${rows} rows, ${lines} lines`,
    try: 'give the line on which each row begins, or leave lines out',
  })
}

function noHeader(name: string, header: readonly string[]): ThalwegError {
  return new ThalwegError('data/no-header', {
    rule: `${name}: the first row must name the columns`,
    received: header.slice(0, 6).join(', '),
    try: 'put a line with the names of the columns first',
  })
}

function duplicateColumn(name: string, column: string, header: readonly string[]): ThalwegError {
  const places = header.flatMap((one, i) => (one === column ? [i + 1] : []))
  return new ThalwegError('data/duplicate-column', {
    rule: `${name}: column names must differ`,
    received: `${JSON.stringify(column)} as columns ${places.join(' and ')}`,
    try: 'rename or remove one of them',
  })
}

function raggedRow(name: string, where: string, length: number, expected: number): ThalwegError {
  return new ThalwegError('data/ragged-row', {
    rule: `${name}: every row must have as many cells as the header`,
    received: `${where} with ${length} cells under a header of ${expected}`,
    try: 'correct the row; a cell that holds a comma or a line break must be quoted',
  })
}

export function unknownColumn(name: string, column: string, header: readonly string[]): ThalwegError {
  return new ThalwegError('data/unknown-column', {
    rule: `${name}: a column must be named as in the header`,
    received: JSON.stringify(column),
    try: suggest(column, header, 'columns'),
  })
}

/** @param gaps `line 14`, `line 17`, ... */
function missingTarget(name: string, target: string, gaps: readonly string[]): ThalwegError {
  const listed = gaps.slice(0, 5)
  return new ThalwegError('data/missing-target', {
    rule: `${name}: every row must have a value in the target column ${JSON.stringify(target)}`,
    received: `${gaps.length} without one: ${listed.join(', ')}${gaps.length > 5 ? ', ...' : ''}`,
    try: 'fill these cells or remove these rows',
  })
}

function notNumeric(name: string, target: Column, cell: string): ThalwegError {
  return new ThalwegError('data/not-numeric-target', {
    rule: `${name}: regression needs a numeric target`,
    received: `column ${JSON.stringify(target.name)} of type ${target.type}, such as ${JSON.stringify(cell)}`,
    try: 'choose classification, or another target column',
  })
}

function oneClass(name: string, target: Column, cell: string): ThalwegError {
  return new ThalwegError('data/one-class', {
    rule: `${name}: the target must take at least two values`,
    received: `${JSON.stringify(cell)} in every row of ${JSON.stringify(target.name)}`,
    try: 'choose another target column, or give rows with other values',
  })
}

function noClassTwice(
  name: string,
  target: Column,
  classes: readonly string[],
  body: readonly (readonly string[])[],
): ThalwegError {
  const [first, second] = body.map((row) => JSON.stringify(row[target.index]))
  const isNumeric = classes.every((one) => Number.isFinite(numberOf(one)))
  return new ThalwegError('data/no-class-twice', {
    rule: `${name}: a class must occur more than once for anything to be learned about it`,
    received: `${classes.length} different values in ${body.length} rows of ${JSON.stringify(target.name)}: ${first}, ${second}, ...`,
    try: isNumeric
      ? 'predict these as numbers, without calling them classes; or choose a target column whose values repeat'
      : 'choose a target column whose values repeat; this one names the rows',
  })
}

function noFeatures(name: string, columns: readonly Column[], rows: number): ThalwegError {
  const reasons = columns.slice(0, 6).map((column) => `${JSON.stringify(column.name)} (${column.leftOut})`)
  return new ThalwegError('data/no-features', {
    rule: `${name}: at least one column besides the target must say something`,
    received: reasons.length > 0 ? reasons.join(', ') : 'the target column alone',
    try:
      rows === 1
        ? 'give more rows: nothing can vary in one'
        : "give columns to predict from, or the type of one that was left out: types: { NAME: 'category' }, --column NAME=class",
  })
}

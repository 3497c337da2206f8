/** CSV in and out: parsing is csv-parse's, the errors are ours. */
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { ThalwegError } from 'thalweg'
import { readFile } from './read.ts'

export interface Csv {
  /** Rows of cells, the header first; empty lines are left out. */
  readonly rows: string[][]
  /** Of the file, on which each of them begins, from 1, as editors count. */
  readonly lines: Int32Array
}

export async function readCsv(path: string): Promise<Csv> {
  const bytes = await readFile(path)
  requireText(path, bytes)
  const lines: number[] = []
  const lineUpTo = lineCounter(bytes)
  try {
    const rows = parse(bytes, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      delimiter: delimiterOf(bytes),
      onRecord(row: string[], { bytes: end }) {
        lines.push(lineUpTo(end))
        return row
      },
    })
    return { rows, lines: Int32Array.from(lines) }
  } catch (cause) {
    throw new ThalwegError('data/bad-csv', {
      rule: `read ${path}: the file must be a table of comma-separated values`,
      received: cause instanceof CsvError ? `${cause.message.split('\n')[0]}` : String(cause),
      try: 'check the quotes on this line; a cell that holds a quote must be quoted, the quote doubled',
      cause,
    })
  }
}

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13]

/**
 * The line on which a row begins that ends before a byte; rows come in order. The parser's own count takes a line break in quotes
 * for two where it is CRLF.
 */
function lineCounter(bytes: Uint8Array): (end: number) => number {
  let [at, line] = [0, 1]
  const isBreak = (): boolean => bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN
  const pass = (): void => {
    const isWhole = bytes[at] === LINE_FEED || (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)
    if (isWhole) line++
    at++
  }
  return (end) => {
    while (isBreak()) pass()
    const first = line
    while (at < end) pass()
    return first
  }
}

/** In another encoding every letter with an accent would become the same sign, and classes that differ by one the same class. */
function requireText(path: string, bytes: Uint8Array): void {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (isUtf16 || isUtf8(bytes)) return
  const lines = new TextDecoder('latin1').decode(bytes).split('\n')
  const at = lines.findIndex((line) => !isUtf8(Uint8Array.from(line, (letter) => letter.charCodeAt(0))))
  throw new ThalwegError('data/not-utf8', {
    rule: `read ${path}: the file must be text in UTF-8`,
    received: at < 0 ? 'bytes that are none' : `bytes that are none in line ${at + 1}`,
    try: 'save it again as UTF-8 (in a spreadsheet: "CSV UTF-8")',
  })
}

/** What separates the names in the first line that is not empty: comma, semicolon or tab, whichever occurs most. */
function delimiterOf(bytes: Uint8Array): string {
  const [header = ''] = new TextDecoder()
    .decode(bytes.subarray(0, 65_536))
    .replace(/^[\r\n]+/, '')
    .split('\n', 1)
  const times = (delimiter: string): number => header.split(delimiter).length
  return [',', ';', '\t'].reduce((best, delimiter) => (times(delimiter) > times(best) ? delimiter : best))
}

/** One line, with cells quoted where they must be. */
export function csvLine(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${quoted.join(',')}\n`
}

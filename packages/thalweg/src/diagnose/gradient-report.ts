/** What a gradient check found, parameter by parameter, and how it reads. */
import type { Shape } from '../base/index.ts'
import type { ElementCheck, InputCheck } from '../grad/index.ts'

/**
 * `kinks`: every element that was looked at lies at a kink, so nothing can be said. `spoilt`: the loss is no finite number, so
 * that it has no slope to hold a gradient against.
 */
export type Verdict = 'right' | 'wrong' | 'kinks' | 'spoilt'

export interface ParameterCheck {
  /** `conv1.kernel`; `inputs` for the examples themselves. */
  readonly path: string
  readonly shape: Shape
  readonly verdict: Verdict
  /** Elements whose slope was measured. */
  readonly checked: number
  /** Elements beside them that lie at a kink, where no slope can be measured. */
  readonly kinks: number
  /** The element with the largest relative error; undefined where none was checked. */
  readonly worst: (ElementCheck & { /** One index for each axis. */ readonly place: readonly number[] }) | undefined
}

export function parameterCheck(check: InputCheck, shape: Shape, tolerance: number): ParameterCheck {
  const { name: path, checked, kinks, worst } = check
  const isRight = worst !== undefined && worst.relativeError <= tolerance
  const isSilent = worst === undefined && kinks.length > 0
  const isSpoilt = worst !== undefined && !Number.isFinite(worst.measured)
  return {
    path,
    shape,
    verdict: isSilent ? 'kinks' : isSpoilt ? 'spoilt' : isRight || worst === undefined ? 'right' : 'wrong',
    checked,
    kinks: kinks.length,
    worst: worst && { ...worst, place: placeOf(worst.index, shape) },
  }
}

function placeOf(index: number, shape: Shape): number[] {
  let rest = index
  return shape
    .toReversed()
    .map((size) => {
      const at = rest % size
      rest = Math.floor(rest / size)
      return at
    })
    .toReversed()
}

/** Larger than any error: NaN. */
function errorOf({ worst }: ParameterCheck): number {
  if (worst === undefined) return -1
  return Number.isNaN(worst.relativeError) ? Number.POSITIVE_INFINITY : worst.relativeError
}

/** The worst first; those of which nothing is known last. */
export function worstFirst(checks: readonly ParameterCheck[]): ParameterCheck[] {
  return checks.toSorted((a, b) => errorOf(b) - errorOf(a))
}

/** Columns of a table: it may stand two from the edge of a terminal of 80. */
const WIDTH = 78

const TITLES = ['', 'worst element', 'error', 'derived', 'measured', 'checked', 'kinks']

/** A table of at most 78 columns: a line of titles, then a line for each. Paths without room lose their beginning. */
export function tableOf(checks: readonly ParameterCheck[]): string[] {
  const figures = [TITLES, ...checks.map(cellsOf)]
  const widest = (rows: readonly (readonly string[])[], column: number) =>
    Math.max(...rows.map((row) => row[column].length))
  const gaps = 2 * (TITLES.length - 1)
  const others = TITLES.reduce((sum, _, column) => sum + (column === 1 ? 0 : widest(figures, column)), gaps)
  const rows = figures.map((row) => row.with(1, shortened(row[1], WIDTH - others)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widest(rows, column)) : cell.padStart(widest(rows, column))))
      .join('  ')
      .trimEnd(),
  )
}

function shortened(text: string, room: number): string {
  return text.length > room ? `…${text.slice(1 - room)}` : text
}

function cellsOf({ path, verdict, checked, kinks, worst }: ParameterCheck): string[] {
  const counts = [String(checked), String(kinks)]
  if (worst === undefined) return [verdict, path, '-', '-', '-', ...counts]
  const { relativeError, place, derived, measured } = worst
  const name = place.length > 0 ? `${path}[${place.join(',')}]` : path
  return [verdict, name, relativeError.toExponential(1), short(derived), short(measured), ...counts]
}

function short(value: number): string {
  return value === 0 || !Number.isFinite(value) ? String(value) : value.toExponential(2)
}

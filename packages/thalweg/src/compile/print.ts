/** A lowered program as a table for people: what each kernel does, over what, how many bytes it moves, how long it takes. */
import type { Lowered } from '../backend/index.ts'
import { formatShape } from '../base/index.ts'
import { checkRoofline } from './checks.ts'
import { arenaBound, type KernelFigures, measureKernel } from './measure.ts'
import { leastMilliseconds, type Profile } from './profile.ts'
import type { Roofline } from './roofline.ts'

const UNITS = ['', 'k', 'M', 'G', 'T']

/** Three digits and a unit: `1.25M`, `812k`, `64`. */
export function compactNumber(value: number): string {
  let scaled = value
  let unit = 0
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  const digits = unit === 0 ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0
  return `${scaled.toFixed(digits)}${UNITS[unit]}`
}

/** A kernel with what is known of its time. */
interface Row extends KernelFigures {
  readonly leastMilliseconds?: number
  readonly milliseconds?: number
}

type Column = readonly [title: string, align: 'left' | 'right', text: (row: Row) => string]

const COLUMNS: readonly Column[] = [
  ['kernel', 'left', ({ label }) => label],
  ['kind', 'left', ({ kind }) => kind],
  ['shape', 'left', ({ shape }) => formatShape(shape)],
  ['reads B', 'right', ({ bytesRead }) => compactNumber(bytesRead)],
  ['writes B', 'right', ({ bytesWritten }) => compactNumber(bytesWritten)],
  ['operations', 'right', ({ operations }) => compactNumber(operations)],
]

/** Against a roofline: what each kernel takes at least, and its share of what all take at least. */
function leastColumns(rows: readonly Row[]): Column[] {
  const all = sumOf(rows, ({ leastMilliseconds = 0 }) => leastMilliseconds)
  return [
    ['least ms', 'right', ({ leastMilliseconds = 0 }) => leastMilliseconds.toFixed(3)],
    ['of step', 'right', ({ leastMilliseconds = 0 }) => percent(leastMilliseconds / all)],
  ]
}

/** Of a profile: what each kernel took, its share of the step, and the share of the roofline that it reached. */
function timeColumns(rows: readonly Row[]): Column[] {
  const all = sumOf(rows, ({ milliseconds = 0 }) => milliseconds)
  return [
    ['ms', 'right', ({ milliseconds = 0 }) => milliseconds.toFixed(3)],
    ['of step', 'right', ({ milliseconds = 0 }) => percent(milliseconds / all)],
    ['of roof', 'right', ({ milliseconds = 0, leastMilliseconds = 0 }) => percent(leastMilliseconds / milliseconds)],
  ]
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%` : '-'
}

function sumOf(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0)
}

/** One line a kernel, in the order in which they run; then the totals. */
export function printProgram(lowered: Lowered, against?: Roofline | Profile): string {
  const figures = lowered.kernels.map((kernel) => measureKernel(kernel, lowered.buffers))
  if (against === undefined) return [...tableOf(figures, COLUMNS), '', totals(lowered, figures)].join('\n')
  if (typeof against === 'object' && against !== null && 'kernels' in against) {
    const { kernels, stepMilliseconds, roofline } = against
    const last = `${stepMilliseconds.toFixed(3)} ms a step in one go, ${rooflineText(roofline)}`
    return [...tableOf(kernels, [...COLUMNS, ...timeColumns(kernels)]), '', totals(lowered, kernels), last].join('\n')
  }
  checkRoofline('toString', against)
  const rows = figures.map((each): Row => ({ ...each, leastMilliseconds: leastMilliseconds(each, against) }))
  const last = `${sumOf(rows, (row) => row.leastMilliseconds ?? 0).toFixed(3)} ms a step at best, ${rooflineText(against)}`
  return [...tableOf(rows, [...COLUMNS, ...leastColumns(rows)]), '', totals(lowered, rows), last].join('\n')
}

function rooflineText({ operationsPerSecond, bytesPerSecond }: Roofline): string {
  return `roofline ${compactNumber(operationsPerSecond)} operations and ${compactNumber(bytesPerSecond)}B a second`
}

function tableOf(rows: readonly Row[], columns: readonly Column[]): string[] {
  const cells = [columns.map(([title]) => title), ...rows.map((each) => columns.map(([, , text]) => text(each)))]
  const numbered = cells.map((row, line) => [line === 0 ? '#' : String(line), ...row])
  const widths = numbered[0].map((_, column) => Math.max(...numbered.map((row) => row[column].length)))
  return numbered.map((row) =>
    row
      .map((text, column) => {
        const right = column === 0 || columns[column - 1][1] === 'right'
        return right ? text.padStart(widths[column]) : text.padEnd(widths[column])
      })
      .join('  ')
      .trimEnd(),
  )
}

function totals(lowered: Lowered, figures: readonly KernelFigures[]): string {
  const total = (of: (figures: KernelFigures) => number): string => compactNumber(sumOf(figures, of))
  const bound = arenaBound(lowered)
  return [
    `${figures.length} kernels`,
    `${total(({ operations }) => operations)} operations`,
    `${total(({ bytesRead }) => bytesRead)}B read`,
    `${total(({ bytesWritten }) => bytesWritten)}B written`,
    `arena ${compactNumber(lowered.arenaBytes)}B (${compactNumber(bound)}B alive at once)`,
  ].join(', ')
}

/** A lowered program as a table for people: what each kernel does, over what, and how many bytes it moves. */
import type { Lowered } from '../backend/index.ts'
import { formatShape } from '../base/index.ts'
import { arenaBound, type KernelFigures, measureKernel } from './measure.ts'
import { touchedBuffers } from './schedule/touched.ts'

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

type Column = readonly [title: string, align: 'left' | 'right', text: (figures: KernelFigures) => string]

const COLUMNS: readonly Column[] = [
  ['kernel', 'left', ({ label }) => label],
  ['kind', 'left', ({ kind }) => kind],
  ['shape', 'left', ({ shape }) => formatShape(shape)],
  ['reads B', 'right', ({ bytesRead }) => compactNumber(bytesRead)],
  ['writes B', 'right', ({ bytesWritten }) => compactNumber(bytesWritten)],
  ['operations', 'right', ({ operations }) => compactNumber(operations)],
]

/** One line a kernel, in the order in which they run; then the totals. */
export function printProgram(lowered: Lowered): string {
  const figures = lowered.kernels.map((kernel) => measureKernel(kernel, lowered.buffers))
  const rows = [COLUMNS.map(([title]) => title), ...figures.map((each) => COLUMNS.map(([, , text]) => text(each)))]
  const numbered = rows.map((row, line) => [line === 0 ? '#' : String(line), ...row])
  const widths = numbered[0].map((_, column) => Math.max(...numbered.map((row) => row[column].length)))
  const lines = numbered.map((row) =>
    row
      .map((text, column) => {
        const right = column === 0 || COLUMNS[column - 1][1] === 'right'
        return right ? text.padStart(widths[column]) : text.padEnd(widths[column])
      })
      .join('  ')
      .trimEnd(),
  )
  return [...lines, '', totals(lowered, figures)].join('\n')
}

function totals(lowered: Lowered, figures: readonly KernelFigures[]): string {
  const total = (of: (figures: KernelFigures) => number): string =>
    compactNumber(figures.reduce((sum, each) => sum + of(each), 0))
  const bound = arenaBound(lowered, touchedBuffers)
  return [
    `${figures.length} kernels`,
    `${total(({ operations }) => operations)} operations`,
    `${total(({ bytesRead }) => bytesRead)}B read`,
    `${total(({ bytesWritten }) => bytesWritten)}B written`,
    `arena ${compactNumber(lowered.arenaBytes)}B (${compactNumber(bound)}B alive at once)`,
  ].join(', ')
}

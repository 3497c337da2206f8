/** What `profile` says at a terminal: a row for each layer, and one for each of the kernels that take longest. */
import { stripVTControlCharacters } from 'node:util'
import { compactNumber, type KernelProfile, type Profile } from 'thalweg/compile'
import { percent } from '../terminal/format.ts'
import type { Style } from '../terminal/style.ts'
import { type Column, tableLines } from '../terminal/table.ts'
import { type LayerProfile, layerProfiles, sumOf } from './layers.ts'

/** What has no layer. */
export const NO_LAYER = '(the rest)'

type Timed = Pick<LayerProfile, 'milliseconds' | 'leastMilliseconds' | 'operations' | 'bytesRead' | 'bytesWritten'>

/** A column of a table of items; narrow terminals do without those that are spare, the last first. */
interface FigureColumn<Item> extends Column {
  readonly isSpare?: boolean
  readonly cell: (item: Item) => string
}

function timeColumns(all: number): FigureColumn<Timed>[] {
  const perSecond = (amount: number, milliseconds: number): string =>
    milliseconds > 0 ? (amount / milliseconds / 1e6).toFixed(1) : '-'
  const bytes = ({ bytesRead, bytesWritten }: Timed): number => bytesRead + bytesWritten
  const columns: [title: string, cell: (timed: Timed) => string][] = [
    ['ms', ({ milliseconds }) => milliseconds.toFixed(3)],
    ['of step', ({ milliseconds }) => percent(milliseconds / all, 1)],
    ['of roof', ({ milliseconds, leastMilliseconds }) => percent(leastMilliseconds / milliseconds, 0)],
    ['GOP/s', ({ milliseconds, operations }) => perSecond(operations, milliseconds)],
    ['GB/s', (timed) => perSecond(bytes(timed), timed.milliseconds)],
    ['operations', ({ operations }) => compactNumber(operations)],
    ['bytes', (timed) => compactNumber(bytes(timed))],
  ]
  return columns.map(([title, cell], place) => ({ title, cell, align: 'right', isSpare: place > 2 }))
}

/** @param width that no line should be longer than, if possible */
export function layerLines({ kernels }: Profile, width: number, style: Style): string[] {
  const all = sumOf(kernels, ({ milliseconds }) => milliseconds)
  const columns: FigureColumn<LayerProfile>[] = [
    { title: 'layer', cell: ({ layer }) => layer || NO_LAYER },
    { title: 'kernels', align: 'right', cell: (layer) => String(layer.kernels) },
    ...timeColumns(all),
  ]
  return fitted(columns, layerProfiles(kernels), width, style)
}

/** The `most` that take longest, the slowest first; their numbers are those of the plan. */
export function kernelLines({ kernels, roofline }: Profile, most: number, width: number, style: Style): string[] {
  const all = sumOf(kernels, ({ milliseconds }) => milliseconds)
  const slowest = kernels
    .map((kernel, index) => ({ ...kernel, number: index + 1 }))
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, most)
  const bound = ({ operations, bytesRead, bytesWritten }: Timed): string =>
    operations / roofline.operationsPerSecond > (bytesRead + bytesWritten) / roofline.bytesPerSecond
      ? 'arithmetic'
      : 'memory'
  const columns: FigureColumn<KernelProfile & { readonly number: number }>[] = [
    { title: '#', align: 'right', cell: ({ number }) => String(number) },
    { title: 'kernel', cell: ({ label }) => label },
    { title: 'shape', isSpare: true, cell: ({ shape }) => `[${shape}]` },
    ...timeColumns(all),
    { title: 'bound by', isSpare: true, cell: bound },
  ]
  return fitted(columns, slowest, width, style)
}

function fitted<Item>(
  columns: readonly FigureColumn<Item>[],
  items: readonly Item[],
  width: number,
  style: Style,
): string[] {
  const lines = tableLines(
    columns,
    items.map((item) => columns.map(({ cell }) => cell(item))),
    style,
  )
  const spare = columns.findLastIndex(({ isSpare = false }) => isSpare)
  const isTooWide = lines.some((line) => stripVTControlCharacters(line).length > width)
  return spare < 0 || !isTooWide ? lines : fitted(columns.toSpliced(spare, 1), items, width, style)
}

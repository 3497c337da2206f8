/**
 * Histograms below each other, a row for each layer, so that an eye going down sees what depth does to a distribution: in
 * columns that share one axis each. It draws what it is given and computes nothing.
 */
import { INK, strokeOf } from './colour.ts'
import { type Area, frame, heading } from './frame.ts'
import { createAxis } from './scale.ts'
import { element, group, type Markup, svgDocument, textWidth } from './svg.ts'

export interface HistogramRows {
  readonly title: string
  readonly subtitle?: string
  /** What each column shows. */
  readonly columns: readonly HistogramColumn[]
  readonly rows: readonly HistogramRow[]
}

export interface HistogramColumn {
  readonly title: string
  /** Of the axis. */
  readonly label: string
  /** Of the words to the right of each histogram. */
  readonly noteTitle?: string
}

export interface HistogramRow {
  readonly name: string
  /** One for each column. */
  readonly cells: readonly HistogramCell[]
}

export interface HistogramCell {
  /** Ascending, one more than counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly note?: string
}

export interface HistogramSize {
  /** Default 820. */
  readonly width?: number
  /** Height of a row. Default 44. */
  readonly rowHeight?: number
}

const MARGIN = 24
const NAME_SIZE = 12
const NOTE_WIDTH = 66
const GAP = 24
/** Room above a histogram in its row. */
const HEADROOM = 10

export function histogramRowsSvg(chart: HistogramRows, { width = 820, rowHeight = 44 }: HistogramSize = {}): string {
  const { title, subtitle, columns, rows } = chart
  const names = Math.max(...rows.map(({ name }) => textWidth(name, NAME_SIZE)), 20)
  const left = MARGIN + names + 12
  const room = (width - MARGIN - left - GAP * (columns.length - 1)) / columns.length
  const top = subtitle === undefined ? 86 : 104
  const bottom = top + rows.length * rowHeight
  const areaOf = (column: number): Area => {
    const from = left + column * (room + GAP)
    return { left: from, top, right: from + room - NOTE_WIDTH, bottom }
  }
  const content = [
    heading(title, subtitle, MARGIN, 30),
    group(
      { fill: INK.plain, 'font-size': NAME_SIZE },
      rows.map(({ name }, row) =>
        element('text', { x: left - 12, y: top + (row + 1) * rowHeight - 4, 'text-anchor': 'end' }, name),
      ),
    ),
    ...columns.map((_, column) => drawColumn(chart, column, areaOf(column), rowHeight)),
  ]
  return svgDocument({ width, height: bottom + 56, title, description: describe(chart), content })
}

function drawColumn({ columns, rows }: HistogramRows, column: number, area: Area, rowHeight: number): Markup {
  const { title, label, noteTitle } = columns[column]
  const cells = rows.map(({ cells }) => cells[column])
  const edges = cells.flatMap(({ edges }) => [edges[0], edges[edges.length - 1]])
  const domain = [Math.min(...edges), Math.max(...edges)] as const
  const x = createAxis({ label, domain }, [], [area.left, area.right], (area.right - area.left) / 70)
  const baselineOf = (row: number): number => area.top + (row + 1) * rowHeight
  return group({}, [
    frame({ area, x, grid: 'x' }),
    element('text', { x: area.left, y: area.top - 12, fill: INK.strong, 'font-weight': 600 }, title),
    noteTitle === undefined
      ? undefined
      : element('text', { x: area.right + 10, y: area.top - 12, fill: INK.quiet, 'font-size': 11 }, noteTitle),
    ...cells.map((cell, row) =>
      drawHistogram(cell, {
        colour: strokeOf(column).colour,
        at: x.at,
        base: baselineOf(row),
        height: rowHeight - HEADROOM,
      }),
    ),
    // The last one stands on the axis.
    ...cells.slice(0, -1).map((_, row) => {
      const y = baselineOf(row)
      return element('line', { x1: area.left, x2: area.right, y1: y, y2: y, stroke: INK.grid })
    }),
    group(
      { fill: INK.plain, 'font-size': 11 },
      cells.map(({ note }, row) =>
        note === undefined ? undefined : element('text', { x: area.right + 10, y: baselineOf(row) - 4 }, note),
      ),
    ),
  ])
}

interface Place {
  readonly colour: string
  readonly at: (value: number) => number
  /** Pixels from the top, where 0 stands. */
  readonly base: number
  readonly height: number
}

/** One outline for all bins: bars side by side would show seams. Each is as high as its row allows. */
function drawHistogram({ edges, counts }: HistogramCell, { colour, at, base, height }: Place): Markup | undefined {
  const most = Math.max(...counts)
  if (!(most > 0)) return undefined
  const y = (count: number): number => base - (height * count) / most
  const steps = counts.map((count, bin) => `V${y(count).toFixed(2)}H${at(edges[bin + 1]).toFixed(2)}`)
  const d = `M${at(edges[0]).toFixed(2)},${base.toFixed(2)}${steps.join('')}V${base.toFixed(2)}Z`
  return element('path', { d, fill: colour, 'fill-opacity': 0.75 })
}

/** For those who hear the picture read out. */
function describe({ title, columns, rows }: HistogramRows): string {
  const told = rows.map(({ name, cells }) => {
    const notes = cells.flatMap(({ note }, column) => (note === undefined ? [] : [`${columns[column].title} ${note}`]))
    return `${name}: ${notes.join(', ')}`
  })
  return `${title}. ${told.join('; ')}.`
}

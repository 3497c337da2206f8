/**
 * Line charts: a loss over epochs, a learning rate over steps, the loss over learning rates. Every line is named where
 * it ends, so there is no legend to look things up in. It draws what it is given and computes nothing.
 */
import { line as lineThrough } from 'd3-shape'
import { type Stroke, strokeOf } from './colour.ts'
import { type Area, frame, heading } from './frame.ts'
import { spread } from './labels.ts'
import { type Axes, drawMark, type Mark, type Place, placesOf, stretchOf } from './marks.ts'
import { type AxisOptions, createAxis, fits } from './scale.ts'
import { element, group, type Markup, svgDocument, textWidth } from './svg.ts'

export interface Series {
  /** Written where the line ends; a line without a name is one of many that a named one sums up. */
  readonly name?: string
  /** In the order of x. A value that the axes cannot show breaks the line. */
  readonly points: readonly Place[]
  /** Which colour, counted from 0. Default: the place among the lines that have a name. */
  readonly colour?: number
  /** Thin and pale: a single run behind the mean of many. Default false. */
  readonly isFaint?: boolean
}

export interface LineChart {
  readonly title: string
  readonly subtitle?: string
  readonly x: AxisOptions
  readonly y: AxisOptions
  readonly series: readonly Series[]
  readonly marks?: readonly Mark[]
}

export interface Size {
  /** Default 720. */
  readonly width?: number
  /** Default 400; of each chart, where there are several. */
  readonly height?: number
  /** Of a picture that stands in a page with others. */
  readonly id?: string
}

const LABEL_SIZE = 12
const LABEL_GAP = 15
/** Across, of a line with a single place. */
const DOT = 7

/** A file with one chart, or with several below each other whose areas stand in line. */
export function lineChartSvg(
  charts: LineChart | readonly LineChart[],
  { width = 720, height = 400, id }: Size = {},
): string {
  const list: readonly LineChart[] = 'series' in charts ? [charts] : charts
  const names = list.flatMap(({ series }) => series.map(({ name = '' }) => textWidth(name, LABEL_SIZE)))
  const right = width - 24 - Math.max(12, ...names)
  const content = list.map((chart, index) => {
    const top = index * height + (chart.subtitle === undefined ? 70 : 88)
    return drawChart(chart, { left: 68, top, right, bottom: (index + 1) * height - 52 }, index * height)
  })
  return svgDocument({
    width,
    height: height * list.length,
    title: list.map(({ title }) => title).join('; '),
    description: list.map(describe).join(' '),
    content,
    id,
  })
}

function drawChart(chart: LineChart, area: Area, top: number): Markup {
  const { marks = [] } = chart
  const drawn = coloured(chart.series)
  const places = [...chart.series.flatMap(({ points }) => points), ...marks.flatMap((mark) => placesOf(mark))]
  const usable = places.filter(([x, y]) => fits(x, chart.x.kind ?? 'linear') && fits(y, chart.y.kind ?? 'linear'))
  const xs = [...usable.map(([x]) => x), ...marks.flatMap(stretchOf)]
  const x = createAxis(
    tight(chart.x, xs),
    xs,
    [area.left, area.right],
    (area.right - area.left) / (chart.x.kind === 'log' ? 60 : 90),
  )
  const ys = usable.map(([, y]) => y)
  const y = createAxis(chart.y, ys, [area.bottom, area.top], (area.bottom - area.top) / 50)
  const axes = { x, y, area }
  return group({}, [
    heading(chart.title, chart.subtitle, 24, top + 30),
    ...marks.filter(({ kind }) => kind === 'band').map((mark) => drawMark(mark, axes)),
    frame({ area, x, y }),
    ...drawn.filter(({ isFaint }) => isFaint).map((series) => drawLine(series, axes)),
    ...drawn.filter(({ isFaint }) => !isFaint).map((series) => drawLine(series, axes)),
    ...marks.filter(({ kind }) => kind !== 'band').map((mark) => drawMark(mark, axes)),
    endLabels(drawn, axes),
  ])
}

interface Drawn extends Series {
  readonly stroke: Stroke
}

function coloured(series: readonly Series[]): readonly Drawn[] {
  let named = 0
  return series.map((one) => {
    const index = one.colour ?? named
    if (one.name !== undefined) named++
    return { ...one, stroke: strokeOf(index) }
  })
}

/** Lines begin and end at the edges of their area: x is not rounded outwards. */
function tight(options: AxisOptions, xs: readonly number[]): AxisOptions {
  if (options.domain !== undefined || xs.length === 0) return options
  const low = xs.reduce((a, b) => Math.min(a, b))
  const high = xs.reduce((a, b) => Math.max(a, b))
  return low < high ? { ...options, domain: [low, high] } : options
}

function drawLine({ points, stroke, isFaint = false }: Drawn, { x, y, area }: Axes): Markup {
  const inside = (value: number): number => Math.min(Math.max(value, area.top - 2), area.bottom + 2)
  const shown = ([px, py]: Place): boolean => fits(px, x.kind) && fits(py, y.kind)
  const d = lineThrough<Place>()
    .defined(shown)
    .x(([px]) => x.at(px))
    .y(([, py]) => inside(y.at(py)))
    .digits(2)(points as Place[])
  // Of a line through one place there is nothing but its round end.
  const isDot = points.filter(shown).length === 1
  const dash = isDot ? undefined : stroke.dash
  return element('path', {
    d: d ?? '',
    fill: 'none',
    stroke: stroke.colour,
    'stroke-width': isFaint ? 1 : isDot ? DOT : 2,
    'stroke-opacity': isFaint ? 0.3 : undefined,
    'stroke-dasharray': dash,
    'stroke-linejoin': 'round',
    'stroke-linecap': dash === undefined ? 'round' : undefined,
  })
}

function endLabels(drawn: readonly Drawn[], { x, y, area }: Axes): Markup {
  const ends = drawn.flatMap(({ name, points, stroke }) => {
    const last = points.findLast(([px, py]) => fits(px, x.kind) && fits(py, y.kind))
    return name === undefined || last === undefined ? [] : [{ name, stroke, x: x.at(last[0]), y: y.at(last[1]) }]
  })
  const heights = spread(
    ends.map((end) => end.y),
    LABEL_GAP,
    [area.top, area.bottom],
  )
  return group(
    { 'font-size': LABEL_SIZE, 'font-weight': 600 },
    ends.map(({ name, stroke, x: right }, index) =>
      element('text', { x: right + 8, y: heights[index] + 4, fill: stroke.colour }, name),
    ),
  )
}

/** For those who hear the picture read out. */
function describe({ title, x, y, series, marks = [] }: LineChart): string {
  const ends = series.flatMap(({ name, points }) => {
    const last = points.findLast(([, value]) => Number.isFinite(value))
    return name === undefined || last === undefined ? [] : [`${name} ends at ${rounded(last[1])}`]
  })
  const pointed = marks.flatMap(({ label }) => (label === undefined ? [] : [label]))
  return `${title}: ${y.label} over ${x.label}. ${[...ends, ...pointed].join('; ')}.`
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** Filled contours of heights over a grid: pale, because lines run over them; the lowest parts are the palest. */
import { contours } from 'd3-contour'
import type { Area } from './frame.ts'
import { element, group, type Markup, pathData } from './svg.ts'

export interface Heights {
  /** Row by row from the lowest y, from the lowest x on. */
  readonly heights: Float64Array
  readonly columns: number
  readonly rows: number
}

const LEVELS = 14

/** The grid's outermost values lie on the edges of the area. */
export function drawContours({ heights, columns, rows }: Heights, area: Area): Markup {
  const width = (area.right - area.left) / (columns - 1)
  const height = (area.bottom - area.top) / (rows - 1)
  // d3 puts value (i, j) at (i + 0.5, j + 0.5), with rows downwards, and closes contours half a cell outside.
  const place = ([x = 0, y = 0]: readonly number[]): [number, number] => {
    const left = Math.min(Math.max(area.left + (x - 0.5) * width, area.left), area.right)
    const top = Math.min(Math.max(area.bottom - (y - 0.5) * height, area.top), area.bottom)
    return [left, top]
  }
  const thresholds = Array.from({ length: LEVELS - 1 }, (_, index) => (index + 1) / LEVELS)
  const bands = contours()
    .size([columns, rows])
    .thresholds(thresholds)(evenly(heights))
    .map(({ coordinates }, index) => {
      const rings = coordinates.flat().map((ring) => pathData(ring.map(place), true))
      return element('path', { d: rings.join(''), fill: shade((index + 1) / (LEVELS - 1)) })
    })
  const [x, y] = [area.left, area.top]
  const box = { x, y, width: area.right - x, height: area.bottom - y }
  return group({ stroke: '#8795a5', 'stroke-opacity': 0.4, 'stroke-width': 0.6 }, [
    element('rect', { ...box, fill: shade(0), stroke: 'none' }),
    ...bands,
  ])
}

/**
 * Heights as numbers from 0 to 1, in their order, so that even steps make good contours: by a power that brings the
 * middle height to the middle, or, where most of the surface lies far below its peaks, by a logarithm that begins where
 * hardly anything is lower. What is no number stands as high as anything.
 */
export function evenly(heights: Float64Array): number[] {
  const sorted = heights.filter(Number.isFinite).sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const [low, range] = [at(0), at(1) - at(0)]
  if (range <= 0) return Array.from(heights, () => 0)
  const middle = (at(0.5) - low) / range
  const first = Math.max((at(0.004) - low) / range, 1e-7)
  const even = (share: number): number =>
    middle > 0.1 ? share ** (Math.LN2 / -Math.log(middle)) : Math.max(0, 1 - Math.log(share) / Math.log(first))
  return Array.from(heights, (height) => (Number.isFinite(height) ? even((height - low) / range) : 1))
}

/** From near white to a light slate. */
function shade(share: number): string {
  const mixed = [
    [253, 190],
    [253, 202],
    [254, 216],
  ].map(([from = 0, to = 0]) => Math.round(from + (to - from) * share))
  return `rgb(${mixed.join(',')})`
}

/** What is pointed out in a chart: a place, a value of x, a stretch of x, each with its words beside it. */
import { INK, strokeOf } from './colour.ts'
import type { Area } from './frame.ts'
import type { Axis } from './scale.ts'
import { element, group, type Markup, textWidth } from './svg.ts'

export type Place = readonly [x: number, y: number]

export type Mark =
  | { readonly kind: 'dot'; readonly at: Place; readonly label?: string; readonly colour?: number }
  /** A line from top to bottom. */
  | { readonly kind: 'rule'; readonly at: number; readonly label: string }
  /** A stretch of x. */
  | { readonly kind: 'band'; readonly from: number; readonly to: number; readonly label: string }

export interface Axes {
  readonly x: Axis
  readonly y: Axis
  readonly area: Area
}

export function drawMark(mark: Mark, { x, y, area }: Axes): Markup {
  switch (mark.kind) {
    case 'dot': {
      const [left, top] = [x.at(mark.at[0]), y.at(mark.at[1])]
      const fill = mark.colour === undefined ? INK.strong : strokeOf(mark.colour).colour
      // The words stand above the dot, and towards the middle where it lies near an edge.
      return group({}, [
        element('circle', { cx: left, cy: top, r: 4.5, fill, stroke: '#fff', 'stroke-width': 1.5 }),
        mark.label === undefined
          ? undefined
          : halo(mark.label, { ...anchored(left, mark.label, area), y: Math.max(top - 11, area.top + 8) }),
      ])
    }
    case 'rule': {
      const at = x.at(mark.at)
      return group({}, [
        element('line', {
          x1: at,
          x2: at,
          y1: area.top,
          y2: area.bottom,
          stroke: INK.quiet,
          'stroke-dasharray': '3 3',
        }),
        halo(mark.label, { ...anchored(at, mark.label, area), y: area.top - 6 }),
      ])
    }
    case 'band': {
      const [left, right] = [x.at(mark.from), x.at(mark.to)]
      const box = { x: left, y: area.top, width: right - left, height: area.bottom - area.top }
      return group({}, [
        element('rect', { ...box, fill: '#e3f1ec' }),
        halo(mark.label, { ...anchored((left + right) / 2, mark.label, area), y: area.top + 14 }),
      ])
    }
  }
}

/** Words with a white edge, so that lines may run behind them. */
function halo(text: string, at: Readonly<Record<string, string | number>>): Markup {
  const edge = { stroke: '#fff', 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }
  return element('text', { ...at, ...edge, fill: INK.plain, 'font-size': 11 }, text)
}

function anchored(x: number, text: string, { left, right }: Area): { x: number; 'text-anchor': string } {
  const half = textWidth(text, 11) / 2
  if (x - half < left) return { x: Math.max(x, left + 2), 'text-anchor': 'start' }
  if (x + half > right) return { x: Math.min(x, right - 2), 'text-anchor': 'end' }
  return { x, 'text-anchor': 'middle' }
}

/** Places that the axes must reach. */
export function placesOf(mark: Mark): readonly Place[] {
  return mark.kind === 'dot' ? [mark.at] : []
}

/** Values of x that the axis must reach. */
export function stretchOf(mark: Mark): readonly number[] {
  return mark.kind === 'rule' ? [mark.at] : mark.kind === 'band' ? [mark.from, mark.to] : []
}

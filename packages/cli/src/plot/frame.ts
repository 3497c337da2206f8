/** What surrounds the data of a chart: title, grid, axes with their ticks and labels. */
import { INK } from './colour.ts'
import type { Axis } from './scale.ts'
import { element, group, type Markup } from './svg.ts'

/** Pixels of the area that data is drawn in. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface FrameOptions {
  readonly area: Area
  readonly x: Axis
  /** Without one, what stands above the axis of x has heights that mean nothing by themselves. */
  readonly y?: Axis
  /** Lines through the area at the ticks of one axis. Default those of `y`; race tracks have none. */
  readonly grid?: 'x' | 'y' | 'none'
}

/** Axes to be drawn below the data. The label of y stands above its axis, where it needs no turned head. */
export function frame({ area, x, y, grid = 'y' }: FrameOptions): Markup {
  const { left, top, right, bottom } = area
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): Markup =>
    element('line', { x1, y1, x2, y2, stroke })
  const rows = y?.ticks ?? []
  return group({ fill: INK.quiet, 'font-size': 11 }, [
    ...(grid === 'x' ? x.ticks.map(({ at }) => line(at, top, at, bottom, INK.grid)) : []),
    ...(grid === 'y' ? rows.map(({ at }) => line(left, at, right, at, INK.grid)) : []),
    line(left, bottom, right, bottom, INK.rule),
    ...x.ticks.map(({ at }) => line(at, bottom, at, bottom + 4, INK.rule)),
    ...x.ticks.map(({ at, text }) => element('text', { x: at, y: bottom + 17, 'text-anchor': 'middle' }, text)),
    ...rows.map(({ at, text }) => element('text', { x: left - 8, y: at + 4, 'text-anchor': 'end' }, text)),
    element('text', { x: (left + right) / 2, y: bottom + 35, 'text-anchor': 'middle', fill: INK.plain }, x.label),
    y && element('text', { x: left, y: top - 10, fill: INK.plain }, y.label),
  ])
}

/** A headline and what is to be seen below it, at the left edge. */
export function heading(title: string, subtitle: string | undefined, x: number, y: number): Markup {
  return group({}, [
    element('text', { x, y, fill: INK.strong, 'font-size': 15, 'font-weight': 600 }, title),
    subtitle === undefined ? undefined : element('text', { x, y: y + 18, fill: INK.quiet }, subtitle),
  ])
}

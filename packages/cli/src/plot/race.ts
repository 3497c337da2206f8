/**
 * The picture of a race: paths of optimizers over the contours of a surface, and beside it who is who and how far each
 * came. It draws what it is given; `animation.ts` makes it move.
 */
import { type Animation, animate } from './animation.ts'
import { INK, type Stroke, strokeOf } from './colour.ts'
import { drawContours, type Heights } from './contours.ts'
import { type Area, frame, heading } from './frame.ts'
import type { Place } from './marks.ts'
import { createAxis } from './scale.ts'
import { type Child, element, group, type Markup, pathData, styleSheet, svgDocument } from './svg.ts'

export interface Racer {
  readonly name: string
  /** Which of the strokes, counted from 0. */
  readonly colour: number
  /** In a few words: `there after 53 steps`. */
  readonly result: string
  /** From each start, one place a step. A path ends where it leaves the numbers. */
  readonly paths: readonly (readonly Place[])[]
}

export interface Race {
  readonly title: string
  readonly subtitle: string
  readonly heights: Heights
  readonly domain: { readonly x: readonly [number, number]; readonly y: readonly [number, number] }
  readonly goals: readonly Place[]
  /** Best first: that is the order in which they are listed. */
  readonly racers: readonly Racer[]
  /** Whether the picture moves. Default false. */
  readonly isAnimated?: boolean
}

const WIDTH = 840
const LEGEND = 218
const LEFT = 58
const TOP = 84

export function raceSvg(race: Race): string {
  const { domain, racers } = race
  const right = WIDTH - LEGEND
  const ratio = (domain.y[1] - domain.y[0]) / (domain.x[1] - domain.x[0])
  // One unit is as long along y as along x, unless that would make a ribbon of it.
  const tall = Math.min(Math.max(ratio, 0.42), 1) * (right - LEFT)
  const area: Area = { left: LEFT, top: TOP, right, bottom: TOP + tall }
  const axis = (label: string, ends: readonly [number, number], pixels: readonly [number, number]) =>
    createAxis({ label, domain: ends }, [], pixels, Math.abs(pixels[1] - pixels[0]) / 70)
  const x = axis('x', domain.x, [area.left, area.right])
  const y = axis('y', domain.y, [area.bottom, area.top])
  const at = ([px, py]: Place): Place => [within(x.at(px)), within(y.at(py))]

  const many = racers.some(({ paths }) => paths.length > 1)
  const drawn = racers.map((racer) => ({
    ...racer,
    stroke: strokeOf(racer.colour),
    paths: racer.paths.map((path) => path.map(at)),
  }))
  const total = drawn.reduce((sum, { paths }) => sum + paths.length, 0)
  const animations = drawn.map(({ paths }, index) =>
    race.isAnimated ? paths.map((path, start) => animate(path, `r${index}s${start}`, total)) : undefined,
  )
  const starts = drawn[0]?.paths.map(([first]) => first).filter((first) => first !== undefined) ?? []
  const height = Math.max(area.bottom + 54, TOP + racers.length * 42 + 20)
  return svgDocument({
    width: WIDTH,
    height,
    title: race.title,
    description: `${race.subtitle}. ${racers.map(({ name, result }) => `${name}: ${result}`).join('; ')}.`,
    content: [
      ...(race.isAnimated ? [styleSheet(rulesOf(animations.flatMap((list) => list ?? [])))] : []),
      heading(race.title, race.subtitle, LEFT, 34),
      element('clipPath', { id: 'area' }, element('rect', box(area))),
      drawContours(race.heights, area),
      frame({ area, x, y, grid: 'none' }),
      group({ 'clip-path': 'url(#area)' }, [
        ...[...drawn.entries()]
          .reverse()
          .flatMap(([index, { paths, stroke }]) =>
            paths.map((path, start) => drawPath(path, stroke, many ? 1.3 : widthOf(index), animations[index]?.[start])),
          ),
        ...race.goals.map((goal) => star(at(goal))),
        ...starts.map((start) => ring(start, many)),
      ]),
      element('rect', { ...box(area), fill: 'none', stroke: INK.rule }),
      legend(drawn, area),
    ],
  })
}

/** Motion is for those who did not ask their system for less; the others see the finished picture. */
function rulesOf(animations: readonly Animation[]): string {
  return `\n@media (prefers-reduced-motion: no-preference) {\n${animations.map(({ css }) => css).join('\n')}\n}\n`
}

function box({ left, top, right, bottom }: Area): { x: number; y: number; width: number; height: number } {
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Far outside is as good as any place outside; huge numbers are not for renderers. */
function within(pixels: number): number {
  return Math.min(Math.max(pixels, -4000), 4000)
}

function drawPath(path: readonly Place[], stroke: Stroke, width: number, animation: Animation | undefined): Markup {
  const end = path.at(-1)
  if (end === undefined) return group({}, [])
  const d = pathData(path)
  const many = width < 2
  const line = (colour: string, thickness: number): Markup =>
    element('path', { d, stroke: colour, 'stroke-width': thickness })
  const lines = [
    // A pale edge keeps lines apart where they cross; a pale core tells the second use of a colour from the first.
    ...(many ? [] : [line('#fff', width + 1)]),
    line(stroke.colour, stroke.dash === undefined ? width : width + 0.8),
    ...(stroke.dash === undefined ? [] : [line('#fff', width * 0.45)]),
  ]
  const trail = { fill: 'none', 'stroke-linejoin': 'round', class: animation?.trail, ...animation?.attributes }
  const dot = { r: many ? 2.6 : 4.6, fill: stroke.colour, stroke: '#fff', 'stroke-width': many ? 0.8 : 1.5 }
  // The head is moved from the start of coordinates, so that an animation can say where it is.
  const moved = `translate(${tenth(end[0])}px,${tenth(end[1])}px)`
  return group({}, [
    group(trail, lines),
    animation
      ? element('circle', { ...dot, class: animation.head, style: `transform:${moved}` })
      : element('circle', { ...dot, cx: end[0], cy: end[1] }),
  ])
}

/** The better, the thicker, and below the others: where paths run along each other, all of them show. */
function widthOf(rank: number): number {
  return Math.max(4.6 - 0.45 * rank, 2)
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** Where a descent begins. */
function ring([cx, cy]: Place, many: boolean): Markup {
  return element('circle', { cx, cy, r: many ? 2.4 : 4.5, fill: '#fff', stroke: INK.strong, 'stroke-width': 1.5 })
}

/** A minimum. */
function star([x, y]: Place): Markup {
  const corners = Array.from({ length: 10 }, (_, index) => {
    const radius = index % 2 === 0 ? 9 : 3.8
    const angle = (Math.PI * index) / 5
    return `${tenth(x + radius * Math.sin(angle))},${tenth(y - radius * Math.cos(angle))}`
  })
  return element('polygon', { points: corners.join(' '), fill: INK.strong, stroke: '#fff', 'stroke-width': 1.2 })
}

interface Listed extends Racer {
  readonly stroke: Stroke
}

function legend(racers: readonly Listed[], { right, top }: Area): Markup {
  const rows = racers.map(({ name, result, stroke }, index): Child => {
    const y = top + 10 + index * 42
    const sample = { x1: right + 22, x2: right + 46, y1: y, y2: y, 'stroke-linecap': 'round' }
    return group({}, [
      element('line', { ...sample, stroke: stroke.colour, 'stroke-width': 3.4 }),
      stroke.dash === undefined ? undefined : element('line', { ...sample, stroke: '#fff', 'stroke-width': 1.2 }),
      element('text', { x: right + 56, y: y + 4.5, 'font-size': 13, 'font-weight': 600, fill: INK.strong }, name),
      element('text', { x: right + 56, y: y + 20, 'font-size': 11, fill: INK.quiet }, result),
    ])
  })
  return group({}, rows)
}

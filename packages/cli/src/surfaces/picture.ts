/** A race as a picture. */
import { heightGrid, type Point, type Trajectories } from 'thalweg/optim'
import { raceSvg } from '../plot/race.ts'
import { tickText } from '../plot/scale.ts'
import { ranked, resultOf, standingOf } from './standing.ts'

/** Cells along the longer side: fine enough for smooth contours, few enough for a small file. */
const CELLS = 72

export function pictureOf(race: Trajectories, isAnimated: boolean): string {
  const { surface, starts, steps } = race
  const { x, y } = surface.domain
  const ratio = (y[1] - y[0]) / (x[1] - x[0])
  const from = starts.length === 1 ? `(${starts[0].map(tickText).join(', ')})` : `${starts.length} starts`
  // A colour belongs to an optimizer as it was named; the list beside the picture is in the order of success.
  const order = new Map(race.runs.map((run, index) => [run.name, index]))
  return raceSvg({
    title: surface.title,
    subtitle: [surface.formula, `${steps} steps from ${from}`].filter((part) => part !== '').join('  ·  '),
    heights: heightGrid(surface, {
      columns: Math.round(ratio > 1 ? CELLS / ratio : CELLS) + 1,
      rows: Math.round(ratio > 1 ? CELLS : Math.max(CELLS * ratio, CELLS / 2)) + 1,
    }),
    domain: surface.domain,
    goals: surface.minima,
    racers: ranked(race.runs.map(standingOf)).map((standing) => ({
      name: standing.run.name,
      colour: order.get(standing.run.name) ?? 0,
      result: resultOf(standing, race),
      paths: starts.map((_, point) => pathOf(standing.run.paths, point, steps)),
    })),
    isAnimated,
  })
}

/** The places of one point, up to where it leaves the numbers. */
function pathOf(paths: Float64Array, point: number, steps: number): Point[] {
  const places: Point[] = []
  for (let step = 0; step <= steps; step++) {
    const at = 2 * (point * (steps + 1) + step)
    const [x, y] = [paths[at], paths[at + 1]]
    if (!Number.isFinite(x) || !Number.isFinite(y)) break
    places.push([x, y])
  }
  return places
}

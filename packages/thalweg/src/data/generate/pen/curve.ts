/** From points the pen passes to a chain of short segments: Catmull and Rom's spline (1974), with corners. */
import type { Stroke } from './glyphs.ts'

const PIECES = 6

/** The polyline of one stroke as x, y, x, y ...; a point that is given twice in a row ends one spline and begins the next. */
export function flatten(stroke: Stroke): number[] {
  const line: number[] = [stroke[0][0], stroke[0][1]]
  let start = 0
  for (let i = 1; i <= stroke.length; i++) {
    const isCorner = i < stroke.length && samePoint(stroke, i)
    if (!isCorner && i < stroke.length) continue
    appendSpline(line, stroke.slice(start, i))
    start = i
  }
  return line
}

function samePoint(stroke: Stroke, i: number): boolean {
  return stroke[i][0] === stroke[i - 1][0] && stroke[i][1] === stroke[i - 1][1]
}

/** Appends the spline through `points`, without its first point, which the line already ends with. */
function appendSpline(line: number[], points: Stroke): void {
  const last = points.length - 1
  for (let i = 0; i < last; i++) {
    const from = points[i]
    const to = points[i + 1]
    // Beyond the ends the neighbour is the mirror image, so that the curve arrives straight.
    const before = i > 0 ? points[i - 1] : mirror(to, from)
    const after = i + 2 <= last ? points[i + 2] : mirror(from, to)
    const pieces = last === 1 ? 1 : PIECES
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces
      line.push(blend(before[0], from[0], to[0], after[0], t), blend(before[1], from[1], to[1], after[1], t))
    }
  }
}

function mirror(of: Stroke[number], at: Stroke[number]): Stroke[number] {
  return [2 * at[0] - of[0], 2 * at[1] - of[1]]
}

function blend(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

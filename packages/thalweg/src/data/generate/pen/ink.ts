/**
 * Puts ink on a small square of paper: the darkness of a pixel is how far its centre lies inside the pen's round tip, with
 * one pixel of transition, which is what makes edges smooth.
 */

/**
 * Draws a polyline with a round pen whose radius goes from `radiusFrom` to `radiusTo` along the way.
 *
 * @param paper `[side, side]`, 0 blank to 1 black; ink only adds
 * @param line x, y, x, y ... in pixels, pixel centres at .5
 */
export function drawLine(
  paper: Float32Array,
  side: number,
  line: readonly number[],
  radiusFrom: number,
  radiusTo: number,
): void {
  const segments = line.length / 2 - 1
  for (let s = 0; s < segments; s++) {
    const radius = radiusFrom + ((radiusTo - radiusFrom) * s) / segments
    drawSegment(paper, side, line[2 * s], line[2 * s + 1], line[2 * s + 2], line[2 * s + 3], radius)
  }
}

function drawSegment(
  paper: Float32Array,
  side: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
): void {
  const reach = radius + 0.5
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach))
  const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + reach))
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach))
  const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + reach))
  const dx = x1 - x0
  const dy = y1 - y0
  const lengthSquared = dx * dx + dy * dy
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0
      const py = row + 0.5 - y0
      const along = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared))
      const ex = px - along * dx
      const ey = py - along * dy
      const distanceSquared = ex * ex + ey * ey
      if (distanceSquared >= reach * reach) continue
      const ink = Math.min(1, reach - Math.sqrt(distanceSquared))
      const at = row * side + column
      if (ink > paper[at]) paper[at] = ink
    }
  }
}

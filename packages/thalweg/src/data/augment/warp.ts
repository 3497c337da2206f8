/** Resamples an image along a linear map, with bilinear interpolation: what rotate, zoom, shear and resized crop share. */
import { type Fill, type Image, placeInside } from './image.ts'

/** Where the pixel at (y, x) from the image's centre comes from: row `yy * y + yx * x + top`, column `xy * y + xx * x + left`. */
export interface LinearMap {
  readonly yy: number
  readonly yx: number
  readonly xy: number
  readonly xx: number
  /** Default 0. */
  readonly top?: number
  /** Default 0. */
  readonly left?: number
}

/** Neighbours beyond the edges are the fill's. */
export function warp(image: Image, map: LinearMap, fill: Fill): void {
  const { pixels, scratch, height, width, channels } = image
  const { yy, yx, xy, xx, top = 0, left = 0 } = map
  scratch.set(pixels)
  const middleY = (height - 1) / 2
  const middleX = (width - 1) / 2
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const fromY = yy * (y - middleY) + yx * (x - middleX) + top + middleY
      const fromX = xy * (y - middleY) + xx * (x - middleX) + left + middleX
      const y0 = Math.floor(fromY)
      const x0 = Math.floor(fromX)
      const isInside = y0 >= 0 && x0 >= 0 && y0 < height - 1 && x0 < width - 1
      if (isInside) blend(image, y0, x0, fromY - y0, fromX - x0, to)
      else blendAtEdge(image, y0, x0, fromY - y0, fromX - x0, fill, to)
    }
  }
}

/** Writes what lies `down` and `right` (in [0, 1)) of the kept pixel (y, x) to `pixels` from `to` on. */
function blend(image: Image, y: number, x: number, down: number, right: number, to: number): void {
  const { pixels, scratch, width, channels } = image
  const above = (y * width + x) * channels
  const below = above + width * channels
  for (let c = 0; c < channels; c++) {
    const upper = (1 - right) * scratch[above + c] + right * scratch[above + channels + c]
    const lower = (1 - right) * scratch[below + c] + right * scratch[below + channels + c]
    pixels[to + c] = (1 - down) * upper + down * lower
  }
}

/** The same where not all four neighbours are in the image. */
function blendAtEdge(
  { pixels, scratch, height, width, channels }: Image,
  y: number,
  x: number,
  down: number,
  right: number,
  fill: Fill,
  to: number,
): void {
  const value = typeof fill === 'number' ? fill : 0
  pixels.fill(0, to, to + channels)
  for (let corner = 0; corner < 4; corner++) {
    const [lower, later] = [corner >> 1, corner & 1]
    const weight = (lower ? down : 1 - down) * (later ? right : 1 - right)
    if (weight === 0) continue
    const row = placeInside(y + lower, height, fill)
    const column = row < 0 ? -1 : placeInside(x + later, width, fill)
    const from = (row * width + column) * channels
    for (let c = 0; c < channels; c++) pixels[to + c] += weight * (column < 0 ? value : scratch[from + c])
  }
}

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
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2]
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const fromY = yy * (y - middleY) + yx * (x - middleX) + top + middleY
      const fromX = xy * (y - middleY) + xx * (x - middleX) + left + middleX
      sample(image, fromY, fromX, fill, to)
    }
  }
}

/** Writes the value of the kept image at (y, x) to `pixels` from `to` on. */
function sample(
  { pixels, scratch, height, width, channels }: Image,
  y: number,
  x: number,
  fill: Fill,
  to: number,
): void {
  const [y0, x0] = [Math.floor(y), Math.floor(x)]
  const value = typeof fill === 'number' ? fill : 0
  for (let c = 0; c < channels; c++) pixels[to + c] = 0
  for (let corner = 0; corner < 4; corner++) {
    const [lower, right] = [corner >> 1, corner & 1]
    const weight = (lower ? y - y0 : 1 - (y - y0)) * (right ? x - x0 : 1 - (x - x0))
    if (weight === 0) continue
    const row = placeInside(y0 + lower, height, fill)
    const column = row < 0 ? -1 : placeInside(x0 + right, width, fill)
    const from = (row * width + column) * channels
    for (let c = 0; c < channels; c++) pixels[to + c] += weight * (column < 0 ? value : scratch[from + c])
  }
}

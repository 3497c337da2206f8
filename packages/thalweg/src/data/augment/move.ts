/** Moves an image by whole pixels: what shift and crop have in common. */
import { type Fill, type Image, placeInside } from './image.ts'

/** Pixel (y, x) becomes what was at (y - down, x - right). */
export function move(
  { pixels, scratch, height, width, channels }: Image,
  down: number,
  right: number,
  fill: Fill,
): void {
  scratch.set(pixels)
  const value = typeof fill === 'number' ? fill : 0
  for (let y = 0, to = 0; y < height; y++) {
    const row = placeInside(y - down, height, fill)
    for (let x = 0; x < width; x++) {
      const column = row < 0 ? -1 : placeInside(x - right, width, fill)
      const from = (row * width + column) * channels
      for (let c = 0; c < channels; c++, to++) pixels[to] = column < 0 ? value : scratch[from + c]
    }
  }
}

/** Labels beside the ends of lines: in the order of the lines, none upon another. */

/**
 * Moves wanted heights apart until neighbours are `gap` pixels from each other, all of them within `[top, bottom]`
 * while there is room. Results come in the order of `wanted`.
 */
export function spread(wanted: readonly number[], gap: number, [top, bottom]: readonly [number, number]): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b])
  const placed = order.map((index) => Math.min(Math.max(wanted[index], top), bottom))
  // Down once, then up from the bottom: whoever was pushed out of the area pushes the others back.
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i], placed[i - 1] + gap)
  if (placed.length > 0) placed[placed.length - 1] = Math.min(placed[placed.length - 1], bottom)
  for (let i = placed.length - 2; i >= 0; i--) placed[i] = Math.min(placed[i], placed[i + 1] - gap)
  const result = new Array<number>(wanted.length)
  for (const [rank, index] of order.entries()) result[index] = placed[rank]
  return result
}

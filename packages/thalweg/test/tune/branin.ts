/** Branin's function: three minima of 0.397887 in a box of 15 by 15. */
import { type NumberParameter, uniform } from 'thalweg/tune'

export const branin: { readonly x: NumberParameter; readonly y: NumberParameter } = {
  x: uniform(-5, 10),
  y: uniform(0, 15),
}

export function braninAt({ x, y }: { readonly x: number; readonly y: number }): number {
  const curve = y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6
  return curve ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
}

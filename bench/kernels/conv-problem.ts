/** The sizes of a convolution; H = W = `size`. */
import type { Problem } from './version.ts'

export interface ConvProblem extends Problem {
  readonly images: number
  readonly size: number
  readonly channels: number
  readonly outputs: number
}

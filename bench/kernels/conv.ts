/** A 3x3 convolution with padding 1: [B, H, W, C] * [3, 3, C, O] -> [B, H, W, O]. The problem; conv-1 to conv-4 are its versions. */
import { conv2d } from 'thalweg/tensor'
import { loops } from './conv-1-loops.ts'
import { unfolded } from './conv-2-unfolded.ts'
import { direct } from './conv-3-direct.ts'
import { minimal } from './conv-4-minimal.ts'
import type { ConvProblem } from './conv-problem.ts'
import type { Family } from './version.ts'

function conv(images: number, size: number, channels: number, outputs: number): ConvProblem {
  return {
    name: `conv 3x3, ${images} images ${size}x${size}, ${channels} -> ${outputs}`,
    images,
    size,
    channels,
    outputs,
    shapes: [
      [images, size, size, channels],
      [3, 3, channels, outputs],
    ],
    resultShape: [images, size, size, outputs],
    operations: 2 * images * size * size * 9 * channels * outputs,
    define: ([image, kernel]) => conv2d(image, kernel, { padding: [1, 1, 1, 1] }),
  }
}

export const CONV: Family<ConvProblem> = {
  versions: [loops, unfolded, direct, minimal],
  problem: conv(16, 16, 64, 64),
  small: conv(16, 6, 16, 16),
}

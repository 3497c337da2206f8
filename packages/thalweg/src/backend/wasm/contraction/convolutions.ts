/** Convolution and its two gradients, as one family. */
import type { KernelFamily } from '../families.ts'
import { emitConvolution } from './convolution.ts'
import { emitKernelGradient } from './kernel-gradient.ts'

export const convolutionKernels: KernelFamily = {
  contractions: { conv2d: emitConvolution, conv2dImageGrad: emitConvolution, conv2dKernelGrad: emitKernelGradient },
}

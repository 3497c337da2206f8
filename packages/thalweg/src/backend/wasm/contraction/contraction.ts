/** Which file lowers which contraction. All of them feed the one inner loop of tile.ts. */
import type { ContractionKernel } from '../../program.ts'
import type { Features } from '../features.ts'
import type { EmittedKernel } from '../kernel.ts'
import { emitConvolution } from './convolution.ts'
import { emitKernelGradient } from './kernel-gradient.ts'
import { emitMatmul } from './matmul.ts'

export function emitContraction(kernel: ContractionKernel, features: Features): EmittedKernel {
  switch (kernel.op) {
    case 'matmul':
      return emitMatmul(kernel, features)
    case 'conv2d':
    case 'conv2dImageGrad':
      return emitConvolution(kernel, features)
    case 'conv2dKernelGrad':
      return emitKernelGradient(kernel, features)
  }
}

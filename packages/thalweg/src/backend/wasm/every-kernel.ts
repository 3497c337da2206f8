/** All families, for programs that make nodes without the functions of tensor/ops: tests of backends, readers of graphs. */
import { convolutionKernels } from './contraction/convolutions.ts'
import type { KernelFamily } from './families.ts'
import { argmaxKernels } from './kernels/argmax.ts'
import { gatherKernels } from './kernels/gather.ts'
import { poolingKernels } from './kernels/pool.ts'
import { randomKernels } from './kernels/random.ts'
import { errorFunctionKernels } from './math/error-function.ts'
import { trigonometricKernels } from './math/trigonometric.ts'

export const everyKernel: readonly KernelFamily[] = [
  convolutionKernels,
  poolingKernels,
  gatherKernels,
  argmaxKernels,
  randomKernels,
  trigonometricKernels,
  errorFunctionKernels,
]

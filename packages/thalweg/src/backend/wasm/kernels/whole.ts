/** An op that is a kernel of its own, from whole buffers to a whole buffer, in one stage. Families write what is in it. */
import { type DType, sizeOf } from '../../../base/index.ts'
import type { Buffer, WholeKernel } from '../../program.ts'
import { writeWhole } from '../families.ts'
import type { EmittedKernel, Stage } from '../kernel.ts'
import type { WholeStage } from './whole-stage.ts'

/** @param write what is in it, where that is not to be looked up */
export function emitWhole<Kernel extends WholeKernel>(
  kernel: Kernel,
  buffers: readonly Pick<Buffer, 'dtype'>[],
  write: (kernel: Kernel, operandTypes: readonly DType[]) => WholeStage = writeWhole,
): EmittedKernel {
  const { label, op, attributes, operands, operandShapes, shape, output } = kernel
  if (sizeOf(shape) === 0) return { stages: [], scratchBytes: 0, privateBytes: 0 }
  const types = operands.map((operand) => buffers[operand].dtype)
  const stage: Stage = {
    name: label,
    key: `${op} ${JSON.stringify([attributes, operandShapes, types, shape])}`,
    pointers: [...operands, output].map((buffer) => ({ kind: 'buffer', buffer })),
    ...write(kernel, types),
  }
  return { stages: [stage], scratchBytes: 0, privateBytes: 0 }
}

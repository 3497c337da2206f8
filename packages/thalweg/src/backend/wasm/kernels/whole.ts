/** Which file writes which op that is a kernel of its own. All go from whole buffers to a whole buffer, in one stage. */
import { type DType, sizeOf } from '../../../base/index.ts'
import type { Buffer, WholeKernel, WholeOp } from '../../program.ts'
import type { EmittedKernel, Stage } from '../kernel.ts'
import { argmaxStage } from './argmax.ts'
import { gatherStage, scatterAddStage } from './gather.ts'
import { averagePoolGradStage, averagePoolStage, maxPoolPutStage, maxPoolStage, maxPoolTakeStage } from './pool.ts'
import { randomStage } from './random.ts'
import type { KernelOf, WholeStage } from './whole-stage.ts'

const STAGES: { readonly [Op in WholeOp]: (kernel: KernelOf<Op>, operandTypes: readonly DType[]) => WholeStage } = {
  maxPool: maxPoolStage,
  maxPoolTake: maxPoolTakeStage,
  maxPoolPut: maxPoolPutStage,
  averagePool: averagePoolStage,
  averagePoolGrad: averagePoolGradStage,
  gather: gatherStage,
  scatterAdd: scatterAddStage,
  random: randomStage,
  argmax: argmaxStage,
}

export function emitWhole(kernel: WholeKernel, buffers: readonly Pick<Buffer, 'dtype'>[]): EmittedKernel {
  const { label, op, attributes, operands, operandShapes, shape, output } = kernel
  if (sizeOf(shape) === 0) return { stages: [], scratchBytes: 0, privateBytes: 0 }
  // The table pairs every op with a function of its own kernel; TypeScript cannot follow the pairing through a union.
  const write = STAGES[op] as (kernel: WholeKernel, operandTypes: readonly DType[]) => WholeStage
  const types = operands.map((operand) => buffers[operand].dtype)
  const stage: Stage = {
    name: label,
    key: `${op} ${JSON.stringify([attributes, operandShapes, types, shape])}`,
    pointers: [...operands, output].map((buffer) => ({ kind: 'buffer', buffer })),
    ...write(kernel, types),
  }
  return { stages: [stage], scratchBytes: 0, privateBytes: 0 }
}

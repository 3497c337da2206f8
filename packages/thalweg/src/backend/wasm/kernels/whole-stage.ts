/** What the files of whole kernels have in common. */
import type { WholeKernel, WholeOp } from '../../program.ts'
import type { Stage } from '../kernel.ts'

/** The one stage of a whole kernel, without its name. Its pointers are the operands, then the output. */
export type WholeStage = Pick<Stage, 'units' | 'work' | 'emit'>

export type KernelOf<Op extends WholeOp> = Extract<WholeKernel, { op: Op }>

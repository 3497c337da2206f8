/**
 * Kernels that many programs do without. Loops, copies and matrix products are part of every program; convolutions, pooling
 * and the like are provided by whoever makes nodes of them (tensor/ops), so that a page whose network never convolves does
 * not load how that is done. A family holds whatever its derivatives need, too.
 */
import { type DType, ThalwegError } from '../../base/index.ts'
import type { ContractionKernel, ContractionOp, WholeKernel, WholeOp } from '../program.ts'
import type { Local } from './code.ts'
import type { Features } from './features.ts'
import type { EmittedKernel } from './kernel.ts'
import type { KernelOf, WholeStage } from './kernels/whole-stage.ts'
import type { Registers, Term } from './terms.ts'

/** A product of matrices is no one's family. */
export type FamilyContraction = Exclude<ContractionKernel, { op: 'matmul' }>

type EmitContraction<Kernel extends ContractionKernel> = (kernel: Kernel, features: Features) => EmittedKernel
/** Functions of one number that are long to write and seldom met. */
export type FamilyFunction = 'sin' | 'cos' | 'erf'

type WriteFunction = (registers: Registers, x: Local) => Term
type WriteWhole<Kernel extends WholeKernel> = (kernel: Kernel, operandTypes: readonly DType[]) => WholeStage

/** How the kernels of some ops are written. */
export interface KernelFamily {
  readonly contractions?: {
    readonly [Op in Exclude<ContractionOp, 'matmul'>]?: EmitContraction<Extract<ContractionKernel, { op: Op }>>
  }
  readonly wholes?: { readonly [Op in WholeOp]?: WriteWhole<KernelOf<Op>> }
  readonly functions?: { readonly [Op in FamilyFunction]?: WriteFunction }
}

const known: { readonly [Kind in keyof KernelFamily]-?: Exclude<KernelFamily[Kind], undefined> } = {
  contractions: {},
  wholes: {},
  functions: {},
}

/**
 * Makes families known to every wasm backend of the program, from now on; doing it again costs nothing. Only who makes nodes
 * with `createNode` has to call it: the functions of thalweg/tensor do.
 */
export function provideKernels(...families: readonly KernelFamily[]): void {
  for (const { contractions, wholes, functions } of families) {
    Object.assign(known.contractions, contractions)
    Object.assign(known.wholes, wholes)
    Object.assign(known.functions, functions)
  }
}

export function familyFunction(op: FamilyFunction): WriteFunction {
  const write = known.functions[op]
  if (write === undefined) throw notProvided(op)
  return write
}

// The tables pair every op with a function of its own kernel; TypeScript cannot follow the pairing through a union.

export function emitFamilyContraction(kernel: FamilyContraction, features: Features): EmittedKernel {
  const emit = known.contractions[kernel.op] as EmitContraction<FamilyContraction> | undefined
  if (emit === undefined) throw notProvided(kernel.op)
  return emit(kernel, features)
}

export function writeWhole(kernel: WholeKernel, operandTypes: readonly DType[]): WholeStage {
  const write = known.wholes[kernel.op] as WriteWhole<WholeKernel> | undefined
  if (write === undefined) throw notProvided(kernel.op)
  return write(kernel, operandTypes)
}

function notProvided(op: string): ThalwegError {
  return new ThalwegError('backend/no-kernels', {
    rule: `wasm: the kernels of ${op} must be provided before a step is compiled that needs them`,
    received: `a step with ${op}, made without the functions of thalweg/tensor`,
    try: 'make the node with thalweg/tensor, or call provideKernels(...everyKernel), from thalweg/backend, first',
  })
}

export type { Backend, Executable, Program, Storage } from './backend.ts'
export {
  type Buffer,
  type ContractionKernel,
  type ContractionOp,
  type CopyKernel,
  isContraction,
  type Kernel,
  type LoopKernel,
  type Lowered,
  type Reduction,
  type Store,
  type Value,
  type View,
  type WholeKernel,
  type WholeOp,
} from './program.ts'
export { referenceBackend } from './reference/reference.ts'

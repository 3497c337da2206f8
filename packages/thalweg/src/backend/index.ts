export type { Backend, Executable, Program, Storage } from './backend.ts'
export {
  type CaseOperand,
  CONTRACT_OPS,
  type ContractCase,
  contractCase,
  contractCases,
  describeCase,
  firstMismatch,
  GRADIENT_FLUSH,
  GRADIENT_ROUNDINGS,
  LEFT_OPEN_AT_THE_EDGE,
  LINEAR_IN,
  type Mismatch,
  moved,
  resultNode,
  SUM_ROUNDINGS,
  type Terms,
  type Tolerance,
  VALUE_TOLERANCE,
} from './contract.ts'
export { outOfMemoryOf, withinMemory } from './out-of-memory.ts'
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
export { ELEMENTWISE } from './reference/elementwise.ts'
export { referenceBackend } from './reference/reference.ts'
export { castNumber, type Evaluate, type Values } from './reference/value.ts'
export { type WasmOptions, wasmBackend } from './wasm/backend.ts'
export { convolutionKernels } from './wasm/contraction/convolutions.ts'
export { everyKernel } from './wasm/every-kernel.ts'
export { type KernelFamily, provideKernels } from './wasm/families.ts'
export { argmaxKernels } from './wasm/kernels/argmax.ts'
export { gatherKernels } from './wasm/kernels/gather.ts'
export { poolingKernels } from './wasm/kernels/pool.ts'
export { randomKernels } from './wasm/kernels/random.ts'
export { errorFunctionKernels } from './wasm/math/error-function.ts'
export { trigonometricKernels } from './wasm/math/trigonometric.ts'
export { MOST_THREADS } from './wasm/threads/host.ts'

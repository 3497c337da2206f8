export { assign, recordStep, type SlotType } from './capture.ts'
export {
  createEngine,
  createStep,
  defaultEngine,
  type Engine,
  evaluate,
  type Step,
  setDefaultEngine,
} from './engine.ts'
export { lower } from './lower.ts'
export { type KernelFigures, measureKernel } from './measure.ts'
export type { Plan } from './plan.ts'

export { assign, recordStep, type SlotType } from './capture.ts'
export { checkEngine } from './checks.ts'
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
export { compactNumber } from './print.ts'
export { type KernelProfile, type Profile, type Profiled, type ProfileOptions, profile } from './profile.ts'
export { type Measured, measureRoofline, type Roofline, type RooflineOptions } from './roofline.ts'

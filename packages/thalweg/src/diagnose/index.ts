/** Looking at networks: what their numbers are like before and while they are trained, and whether they are right. */
export { advise } from './advise.ts'
export type { Ailment } from './ailment.ts'
export { ailments, conditions } from './ailments/index.ts'
export type { Anatomy, LayerFacts, ParameterFacts } from './anatomy.ts'
export type { Chart } from './chart.ts'
export { type Checkup, checkup } from './checkup.ts'
export type { Distribution, Histogram } from './distribution.ts'
export { type FixOptions, fix } from './fix.ts'
export {
  type GradientCheckOptions,
  type GradientCheckReport,
  gradientCheck,
} from './gradient-check.ts'
export type { ParameterCheck, Verdict } from './gradient-report.ts'
export {
  type Inspection,
  type InspectOptions,
  inspect,
  type LayerInspection,
  type ParameterInspection,
} from './inspect.ts'
export type { LossCurve } from './loss-curve.ts'
export type { AdviseOptions } from './options.ts'
export type { OverfitReport } from './overfit-batch.ts'
export type { LayerReading, ParameterReading, Reading } from './reading.ts'
export { short as figure } from './words.ts'

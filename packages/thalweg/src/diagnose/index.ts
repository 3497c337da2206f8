/** Looking at networks: what their numbers are like before and while they are trained, and whether they are right. */
export type { Distribution, Histogram } from './distribution.ts'
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

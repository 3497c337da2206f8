/** Looking at networks: what their numbers are like before and while they are trained. */
export type { Distribution, Histogram } from './distribution.ts'
export {
  type Inspection,
  type InspectOptions,
  inspect,
  type LayerInspection,
  type ParameterInspection,
} from './inspect.ts'

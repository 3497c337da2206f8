export { gradients } from './backward.ts'
export {
  type CheckedInput,
  type CheckGradientOptions,
  checkGradient,
  type GradientReport,
  gradientChecks,
  type InputCheck,
} from './check.ts'
export { type CustomBackward, createCustomGradient } from './custom.ts'
export { none, RULES, type Rule, type Vjp } from './rules.ts'
export type { ElementCheck, PrepareEvaluation } from './slope.ts'

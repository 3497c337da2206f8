export { gradients } from './backward.ts'
export {
  type CheckedInput,
  type CheckGradientOptions,
  checkGradient,
  type ElementCheck,
  type GradientReport,
  type InputCheck,
  type PrepareEvaluation,
} from './check.ts'
export { none, RULES, type Rule, type Vjp } from './rules.ts'

export { gradients } from './backward.ts'
export { none, RULES, type Rule, type Vjp } from './rules.ts'

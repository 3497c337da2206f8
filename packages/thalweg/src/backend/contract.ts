/**
 * The contract: what every backend must compute, as cases drawn from a seed, and how close to the reference backend it must
 * come. Cases are data and graph builders only; whoever runs them owns the engine (packages/thalweg/test/ops).
 */
import { random } from '../base/index.ts'
import { type OpName, SPEC } from '../graph/index.ts'
import type { ContractCase, DrawCase } from './contract/case.ts'
import { CONTRACTION_CASES } from './contract/contraction.ts'
import { CUSTOM_CASES, ELEMENTWISE_CASES } from './contract/elementwise.ts'
import { FOLDING_CASES } from './contract/folding.ts'
import { LEAF_CASES } from './contract/leaves.ts'
import { MOVEMENT_CASES } from './contract/movement.ts'
import { POOLING_CASES } from './contract/pooling.ts'
import { everyKernel } from './wasm/every-kernel.ts'
import { provideKernels } from './wasm/families.ts'

export { type CaseOperand, type ContractCase, describeCase, moved, resultNode } from './contract/case.ts'
export {
  firstMismatch,
  GRADIENT_FLUSH,
  GRADIENT_ROUNDINGS,
  LEFT_OPEN_AT_THE_EDGE,
  LINEAR_IN,
  type Mismatch,
  SUM_ROUNDINGS,
  type Terms,
  type Tolerance,
  VALUE_TOLERANCE,
} from './contract/tolerance.ts'

const ROWS: { readonly [Op in OpName]: DrawCase<Op> } = {
  ...LEAF_CASES,
  ...ELEMENTWISE_CASES,
  ...CUSTOM_CASES,
  ...MOVEMENT_CASES,
  ...FOLDING_CASES,
  ...CONTRACTION_CASES,
  ...POOLING_CASES,
}

/** Every primitive, in the order of graph/op.ts's spec. */
export const CONTRACT_OPS: readonly OpName[] = Object.keys(SPEC) as OpName[]

/** Case number `turn` of `op`; the same seed draws the same case anywhere. */
export function contractCase(op: OpName, turn: number, seed = 1): ContractCase {
  provideKernels(...everyKernel)
  // The table pairs every op with cases of its own; TypeScript cannot follow the pairing through a union.
  const row = ROWS[op] as DrawCase<OpName>
  return { op, ...row(random(seed, `${op}/${turn}`), turn, op) } as ContractCase
}

/** The first `count` cases of `op`. */
export function contractCases(op: OpName, count: number, seed = 1): ContractCase[] {
  return Array.from({ length: count }, (_, turn) => contractCase(op, turn, seed))
}

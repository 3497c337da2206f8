/**
 * Turns the expressions of a kernel (program.ts: lists of `Value`) into vector code. Where an expression is evaluated
 * (which lanes, which addresses, inside which loops) is the kernel's business: it answers for the leaves.
 */
import { internal } from '../../base/index.ts'
import type { Store, Value } from '../program.ts'
import type { Local } from './code.ts'
import { constantLanes, elementwise } from './math.ts'
import { keep, type Registers, type Term } from './terms.ts'

export type LoadValue = Extract<Value, { kind: 'load' }>

/** The leaves of an expression, at the place where it is evaluated. */
export interface Leaves {
  load(value: LoadValue): Term
  /** The index along `axis`, an int32 in each lane. */
  index(axis: number): Term
  /** What reduction (or contraction) number `reduction` came to. */
  result(reduction: number): Term
}

/** A set of axes of an iteration space, one bit each. */
export type AxisSet = number

/** A list of values with what is known of them before any code is written. */
export interface Expressions {
  readonly values: readonly Value[]
  /** The axes along which each value changes. A `result` is taken to change along all. */
  readonly varies: readonly AxisSet[]
  /** How many values and roots use each value. */
  readonly uses: readonly number[]
  /** Positions of the values that are asked for: stored, or reduced. */
  readonly roots: readonly number[]
}

export const ALL_AXES: AxisSet = -1

export function describe(values: readonly Value[], roots: readonly number[]): Expressions {
  const varies: AxisSet[] = []
  for (const value of values) varies.push(axesOf(value, varies))
  const uses = values.map(() => 0)
  for (const root of roots) uses[root] += 1
  // Users come after what they use; a value that nobody uses does not count as a user.
  for (let position = values.length - 1; position >= 0; position--) {
    const value = values[position]
    if (value.kind === 'apply' && uses[position] > 0) for (const operand of value.operands) uses[operand] += 1
  }
  return { values, varies, uses, roots }
}

function axesOf(value: Value, varies: readonly AxisSet[]): AxisSet {
  switch (value.kind) {
    case 'load':
      return value.view.strides.reduce((axes, stride, axis) => (stride === 0 ? axes : axes | (1 << axis)), 0)
    case 'index':
      return 1 << value.axis
    case 'apply':
      return value.operands.reduce((axes, operand) => axes | varies[operand], 0)
    case 'constant':
      return 0
    case 'result':
      return ALL_AXES
  }
}

/**
 * The values of one place. `outer` are all the places around it (before an inner loop) whose values it shares; a value that
 * more than one other uses is computed once, into a register.
 */
export class Evaluation {
  private readonly known = new Map<number, Local>()
  private readonly expressions: Expressions
  private readonly registers: Registers
  private readonly leaves: Leaves
  private readonly outer: readonly Evaluation[]

  constructor(expressions: Expressions, registers: Registers, leaves: Leaves, outer: readonly Evaluation[] = []) {
    this.expressions = expressions
    this.registers = registers
    this.leaves = leaves
    this.outer = outer
  }

  /** The value at `position`. Parts of it may be computed at once, the rest where the term is pushed. */
  term(position: number): Term {
    const local = this.find(position)
    if (local !== undefined) return local
    const value = this.expressions.values[position]
    if (value.kind === 'constant') return constantLanes(value.value, value.dtype)
    const term = this.compute(value)
    return this.expressions.uses[position] > 1 ? this.remember(position, term) : term
  }

  /** Like `term`, but computed now. */
  local(position: number): Local {
    return this.find(position) ?? this.remember(position, this.term(position))
  }

  private find(position: number): Local | undefined {
    const own = this.known.get(position)
    if (own !== undefined) return own
    for (const evaluation of this.outer) {
      const local = evaluation.known.get(position)
      if (local !== undefined) return local
    }
    return undefined
  }

  private remember(position: number, term: Term): Local {
    const local = typeof term === 'object' ? term : keep(this.registers, term)
    this.known.set(position, local)
    return local
  }

  private compute(value: Exclude<Value, { kind: 'constant' }>): Term {
    switch (value.kind) {
      case 'load':
        return this.leaves.load(value)
      case 'index':
        return this.leaves.index(value.axis)
      case 'result':
        return this.leaves.result(value.reduction)
      case 'apply': {
        const operands = value.operands.map((operand) => this.term(operand))
        return elementwise(this.registers, value.op, operands, this.operandType(value.operands), value.dtype)
      }
    }
  }

  /** The dtype that decides on the instructions: that of the last operand, since select's first is its condition. */
  private operandType(operands: readonly number[]): Value['dtype'] {
    const last = operands.at(-1)
    if (last === undefined) throw internal('an elementwise op without operands')
    return this.expressions.values[last].dtype
  }
}

/**
 * Computes what is to be stored and hands it to `write`. All values are computed before the first is stored, since a store
 * may overwrite what another one still has to load.
 */
export function emitStores(
  evaluation: Evaluation,
  expressions: Expressions,
  stores: readonly Store[],
  write: (store: Store, value: Term, dtype: Value['dtype']) => void,
): void {
  const terms = stores.map(({ value }) => (stores.length > 1 ? evaluation.local(value) : evaluation.term(value)))
  stores.forEach((store, i) => {
    write(store, terms[i], expressions.values[store.value].dtype)
  })
}

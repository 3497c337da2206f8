/** What training keeps beside each parameter: the optimizer's state, a sum of gradients, an average. */
import { type Shape, sizeOf, type TypedArray } from '../base/index.ts'
import type { Engine } from '../compile/index.ts'
import { createVariable, type Variable } from '../graph/index.ts'
import type { Store } from '../nn/index.ts'
import { type ParameterRules, rulesOf, type SharedRules } from '../optim/groups.ts'
import type { UpdateRules } from '../optim/index.ts'
import { AVERAGE } from './array-names.ts'

export interface ParameterSlots {
  /** How the parameter is trained, by its group or as all. */
  readonly rules: ParameterRules
  /** The optimizer's, by its names. */
  readonly state: Readonly<Record<string, Variable>>
  /** Sum over the examples since the last update of their gradients, where an update takes several batches. */
  readonly gradientSum: Variable | undefined
  readonly average: Variable | undefined
}

/** Made when a parameter is met for the first time, and filled with their first values. */
export interface Slots {
  /** By name, as checkpoints keep them. */
  readonly variables: ReadonlyMap<string, Variable>
  of(parameter: Variable): ParameterSlots
}

export function createSlots(shared: SharedRules & UpdateRules, store: Store, engine: Engine): Slots {
  const slots = new Map<Variable, ParameterSlots>()
  const variables = new Map<string, Variable>()
  const { accumulate = 1, average } = shared

  /** Zeros, which is what a variable is that nobody has written, where no values are given. */
  function make(name: string, shape: Shape, values?: TypedArray): Variable {
    const variable = createVariable({ name: name.replace('/', '.'), shape })
    if (values) engine.write(variable, values)
    variables.set(name, variable)
    return variable
  }

  function create(parameter: Variable): ParameterSlots {
    const { name, shape } = parameter
    const rules = rulesOf({ path: name, shape, decay: store.entries.get(name)?.decay ?? true }, shared)
    // A frozen parameter is its own average, and has nothing to sum up or to remember.
    if (rules.rate === 0) return { rules, state: {}, gradientSum: undefined, average: undefined }
    const state: Record<string, Variable> = {}
    for (const [slot, { shape: size, value }] of Object.entries(rules.optimizer.init(shape))) {
      const values = value === 0 ? undefined : new Float64Array(sizeOf(size)).fill(value)
      state[slot] = make(`optimizer/${rules.optimizer.name}.${slot}.${name}`, size, values)
    }
    return {
      rules,
      state,
      gradientSum: accumulate > 1 ? make(`gradient/${name}`, shape) : undefined,
      average: average && make(`${AVERAGE}${name}`, shape, engine.read(parameter)),
    }
  }

  return {
    variables,
    of(parameter) {
      const known = slots.get(parameter) ?? create(parameter)
      slots.set(parameter, known)
      return known
    },
  }
}

/**
 * A variable: a named place whose value outlives a step (a parameter, optimizer state, a running mean, the step number).
 * Here it is only a name and a type; the engine that runs the step keeps its value (compile/engine.ts).
 */
import type { DType, Shape } from '../base/index.ts'

export interface Variable {
  readonly id: number
  /** Path from the model's root: `conv1.kernel`, `adam.firstMoment.conv1.kernel`. */
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  /** Whether an optimizer may change it. */
  readonly trainable: boolean
}

export interface VariableOptions {
  readonly name: string
  readonly shape: Shape
  readonly dtype?: DType
  readonly trainable?: boolean
}

let created = 0

export function createVariable({ name, shape, dtype = 'float32', trainable = false }: VariableOptions): Variable {
  created += 1
  return { id: created, name, shape, dtype, trainable }
}

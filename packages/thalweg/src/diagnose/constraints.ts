/** What holds weights back after an update, as far as it can be told from the outside. */
import { rulesOf } from '../optim/groups.ts'
import type { Constraint } from '../optim/index.ts'
import type { Settings } from '../train/index.ts'
import type { ParameterFacts } from './anatomy.ts'
import type { Chart } from './chart.ts'
import type { ParameterReading } from './reading.ts'

/** Of a limit: from here on weights stand at it. */
const AT_THE_LIMIT = 0.95

/** Those of a run, for all parameters and for groups. */
export function constraintsOf({ constraint, groups = [] }: Pick<Settings, 'constraint' | 'groups'>): Constraint[] {
  const all = [constraint, ...groups.map((group) => group.constraint)]
  return all.filter((one) => one !== undefined && one !== 'none')
}

/** Limits that weights stand at, each once; none where fewer than half of the weights do. */
export function limitsThatHold({ anatomy, readings, settings }: Chart): number[] {
  if (constraintsOf(settings).length === 0) return []
  const last = new Map(readings[readings.length - 1].parameters.map((reading) => [reading.path, reading]))
  const weights = anatomy.parameters.filter(({ isWeight }) => isWeight)
  const held = weights.flatMap((parameter) => {
    const reading = last.get(parameter.path)
    const { constraint } = rulesOf({ ...parameter, decay: true }, settings)
    const limit = constraint && limitOf(constraint)
    return limit && reading && norm(parameter, reading, limit.axis) > AT_THE_LIMIT * limit.norm ? [limit.norm] : []
  })
  return 2 * held.length > weights.length ? [...new Set(held)] : []
}

/** Root mean square over the units of the norm of all weights that lead to one. */
function norm({ shape }: ParameterFacts, { values, size }: ParameterReading, axis: number): number {
  return values * Math.sqrt(size / (shape.at(axis) ?? 1))
}

/** Constraints of one's own are not known here. */
function limitOf({ name, options }: Constraint): { readonly norm: number; readonly axis: number } | undefined {
  const axis = typeof options.axis === 'number' ? options.axis : -1
  if (name === 'unitNorm') return { norm: 1, axis }
  return name === 'maxNorm' && typeof options.limit === 'number' ? { norm: options.limit, axis } : undefined
}

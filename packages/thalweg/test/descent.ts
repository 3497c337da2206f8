/** An optimizer let loose on a surface: gradients by the library's rules, updates in one compiled step. */
import type { Shape } from 'thalweg/base'
import { type Engine, recordStep } from 'thalweg/compile'
import { createVariable, type Variable } from 'thalweg/graph'
import type { Optimizer, UpdateContext } from 'thalweg/optim'
import { assign, gradients, Tensor, variableTensor } from 'thalweg/tensor'

/** The height of a point, as a scalar. */
export type Surface = (point: Tensor) => Tensor

export interface Descent {
  /** Makes one update, with the optimizer's own rate and momentum or with these, and returns the new point. */
  update(learningRate?: number, momentum?: number): ArrayLike<number>
  /** A slot of the optimizer's state. */
  state(slot: string): ArrayLike<number>
  /** Gives the engine its memory back. */
  release(): void
}

export interface DescentOptions {
  /** What weight decay is multiplied with. Default 1. */
  readonly decay?: number
  /** Applied to every value that outlives an update: `Math.fround` makes float64 forget what float32 would. */
  readonly round?: (value: number) => number
  /** Of the point. Default one axis. */
  readonly shape?: Shape
  /** Whether `update` is told the momentum. Default false. */
  readonly scheduled?: boolean
}

export function createDescent(
  engine: Engine,
  optimizer: Optimizer,
  height: Surface,
  start: readonly number[],
  { decay, round, shape = [start.length], scheduled = false }: DescentOptions = {},
): Descent {
  const parameter = createVariable({ name: 'point', shape, trainable: true })
  engine.write(parameter, Float64Array.from(start))
  const states = new Map<string, Variable>()
  for (const [name, { shape: size, value }] of Object.entries(optimizer.init(shape))) {
    const variable = createVariable({ name, shape: size })
    engine.write(variable, new Float64Array(size.reduce((a, b) => a * b, 1)).fill(value))
    states.set(name, variable)
  }
  const slots = ['learningRate', 'step', 'momentum'].map((name) => ({ name, shape: [], dtype: 'float32' as const }))
  const plan = engine.compile(
    recordStep(slots, (nodes) => {
      const [learningRate, step, momentum] = nodes.map((node) => new Tensor(node))
      const context: UpdateContext = { learningRate, step, decay, ...(scheduled && { momentum }) }
      const point = variableTensor(parameter)
      const state = Object.fromEntries([...states].map(([name, variable]) => [name, variableTensor(variable)]))
      const at = optimizer.lookahead?.(point, state, context) ?? point
      const [gradient] = gradients(height(at), [at])
      const updated = optimizer.update(gradient, point, state, context)
      assign(parameter, updated.parameter)
      for (const [name, variable] of states) assign(variable, updated.state[name])
      return []
    }),
  )
  let step = 0
  return {
    update(learningRate = optimizer.learningRate, momentum = optimizer.momentum ?? 0) {
      step += 1
      plan.run([Float64Array.of(learningRate), Float64Array.of(step), Float64Array.of(momentum)])
      if (round) {
        for (const variable of [parameter, ...states.values()]) {
          engine.write(variable, Float64Array.from(engine.read(variable), round))
        }
      }
      return engine.read(parameter)
    },
    state(slot) {
      const variable = states.get(slot)
      if (variable === undefined) throw new Error(`${optimizer.name} has no state ${slot}`)
      return engine.read(variable)
    },
    release() {
      plan.release()
      for (const variable of [parameter, ...states.values()]) engine.free(variable)
    },
  }
}

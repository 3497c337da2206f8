/** Every trajectory of optimizers.json, update by update: gradients by our own rules, updates by our own optimizers. */
import { assign, type Engine, recordStep } from 'thalweg/compile'
import { createVariable, type Variable } from 'thalweg/graph'
import type { InitialState, Optimizer, OptimizerState, UpdateContext } from 'thalweg/optim'
import { gradients, Tensor, variableTensor } from 'thalweg/tensor'
import { describe, it } from 'vitest'
import { expectClose, type Tolerance } from './compare.ts'
import { arenas } from './engines.ts'
import { loadVectors } from './load.ts'
import { type Surface, surface } from './surfaces.ts'
import { fromTorch, type TorchOptions } from './torch-optimizers.ts'

interface Case {
  readonly optimizer: string
  readonly options: TorchOptions
  readonly problem: string
  readonly trajectory: readonly (readonly number[])[]
}

const { problems, cases } = loadVectors<{
  problems: Readonly<Record<string, { formula: string; start: readonly number[] }>>
  cases: readonly Case[]
}>('optimizers.json')

const tolerances: Readonly<Record<'double' | 'single', Tolerance>> = {
  double: { relative: 1e-9, absolute: 1e-12 },
  single: { relative: 1e-3, absolute: 1e-4 },
}

for (const { name, engine, precision } of arenas) {
  describe(`optimizers.json on ${name}`, () => {
    cases.forEach((each, number) => {
      const title = `${number} ${each.optimizer} ${JSON.stringify(each.options)} on ${each.problem}`
      const optimizer = fromTorch(each.optimizer, each.options)
      const height = surface(each.problem, problems[each.problem]?.formula ?? '')
      if (optimizer === undefined || height === undefined) it.skip(title)
      else it(title, () => replay(engine, optimizer, height, each.trajectory, tolerances[precision]))
    })
  })
}

function replay(
  engine: Engine,
  optimizer: Optimizer,
  height: Surface,
  trajectory: readonly (readonly number[])[],
  tolerance: Tolerance,
): void {
  const shape = [trajectory[0].length]
  const parameter = createVariable({ name: 'point', shape, trainable: true })
  const states = createStates(engine, optimizer.init(shape))
  engine.write(parameter, Float64Array.from(trajectory[0]))
  const slots = ['learningRate', 'step'].map((name) => ({ name, shape: [], dtype: 'float32' as const }))
  const plan = engine.compile(
    recordStep(slots, ([learningRate, step]) => {
      const context: UpdateContext = { learningRate: new Tensor(learningRate), step: new Tensor(step) }
      const state = Object.fromEntries([...states].map(([slot, variable]) => [slot, variableTensor(variable)]))
      record(optimizer, height, parameter, state, states, context)
      return []
    }),
  )
  for (let step = 1; step < trajectory.length; step++) {
    plan.run([Float64Array.of(optimizer.learningRate), Float64Array.of(step)])
    expectClose(`point after update ${step}`, engine.read(parameter), trajectory[step], tolerance)
  }
  plan.release()
  for (const variable of [parameter, ...states.values()]) engine.free(variable)
}

function createStates(engine: Engine, initial: InitialState): Map<string, Variable> {
  return new Map(
    Object.entries(initial).map(([name, { shape, value }]) => {
      const variable = createVariable({ name, shape })
      engine.write(variable, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value))
      return [name, variable]
    }),
  )
}

function record(
  optimizer: Optimizer,
  height: Surface,
  parameter: Variable,
  state: OptimizerState,
  states: ReadonlyMap<string, Variable>,
  context: UpdateContext,
): void {
  const point = variableTensor(parameter)
  const at = optimizer.lookahead?.(point, state, context) ?? point
  const [gradient] = gradients(height(at), [at])
  const updated = optimizer.update(gradient, point, state, context)
  assign(parameter, updated.parameter.node)
  for (const [name, variable] of states) assign(variable, updated.state[name].node)
}

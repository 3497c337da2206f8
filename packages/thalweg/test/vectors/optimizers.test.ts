/** Every trajectory of optimizers.json, update by update: gradients by our own rules, updates by our own optimizers. */
import type { Engine } from 'thalweg/compile'
import type { Optimizer } from 'thalweg/optim'
import { describe, it } from 'vitest'
import { createDescent, type Surface } from '../descent.ts'
import { expectClose, type Tolerance } from './compare.ts'
import { arenas } from './engines.ts'
import { loadVectors } from './load.ts'
import { surface } from './surfaces.ts'
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
  const descent = createDescent(engine, optimizer, height, trajectory[0])
  for (let step = 1; step < trajectory.length; step++) {
    expectClose(`point after update ${step}`, descent.update(), trajectory[step], tolerance)
  }
  descent.release()
}

/** Every trajectory of optimizers.json, update by update: gradients by our own rules, updates by our own optimizers. */
import type { Engine } from 'thalweg/compile'
import type { Optimizer } from 'thalweg/optim'
import { describe, it } from 'vitest'
import { createDescent, type Surface } from '../descent.ts'
import { expectClose, type Tolerance } from './compare.ts'
import { arenas, reference } from './engines.ts'
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

const exact: Tolerance = { relative: 1e-9, absolute: 1e-12 }
const rounded: Tolerance = { relative: 2e-5, absolute: 2e-6 }
/** How many times as far as another float32 run a run may be off. */
const SPREAD = 30

for (const { name, engine, precision } of arenas) {
  describe(`optimizers.json on ${name}`, () => {
    cases.forEach((each, number) => {
      const title = `${number} ${each.optimizer} ${JSON.stringify(each.options)} on ${each.problem}`
      const optimizer = fromTorch(each.optimizer, each.options)
      const height = surface(each.problem, problems[each.problem]?.formula ?? '')
      if (optimizer === undefined || height === undefined) it.skip(title)
      else if (precision === 'double') it(title, () => replay(engine, optimizer, height, each.trajectory))
      else it(title, () => replayRounded(engine, optimizer, height, each.trajectory))
    })
  })
}

function replay(
  engine: Engine,
  optimizer: Optimizer,
  height: Surface,
  trajectory: readonly (readonly number[])[],
): void {
  const descent = createDescent(engine, optimizer, height, trajectory[0])
  for (let step = 1; step < trajectory.length; step++) {
    expectClose(`point after update ${step}`, descent.update(), trajectory[step], exact)
  }
  descent.release()
}

/**
 * In float32. Some runs double any difference every other update (RMSprop zigzags across Rosenbrock's valley), so what can
 * be asked of a run depends on it: beside it the same one goes on in float64, rounded to float32 after every update,
 * once to the nearest and once upwards, and shows how far roundings carry.
 */
function replayRounded(
  engine: Engine,
  optimizer: Optimizer,
  height: Surface,
  trajectory: readonly (readonly number[])[],
): void {
  const descent = createDescent(engine, optimizer, height, trajectory[0])
  const others = [Math.fround, (value: number) => Math.fround(value * (1 + 2 ** -24))].map((round) =>
    createDescent(reference, optimizer, height, trajectory[0], { round }),
  )
  let carried = 0
  for (let step = 1; step < trajectory.length; step++) {
    for (const point of others.map((each) => each.update())) {
      for (const [axis, value] of trajectory[step].entries()) carried = Math.max(carried, Math.abs(point[axis] - value))
    }
    const tolerance = { relative: rounded.relative, absolute: rounded.absolute + SPREAD * carried }
    expectClose(`point after update ${step}`, descent.update(), trajectory[step], tolerance)
  }
  for (const each of [descent, ...others]) each.release()
}

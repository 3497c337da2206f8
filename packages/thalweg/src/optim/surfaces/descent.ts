/**
 * An optimizer on a surface, from many starting points at once: one compiled step moves all of them. The update is the
 * one of training; the learning rate, the momentum and the number of the step are scalars that no step is compiled for.
 */
import { sizeOf, type TypedArray } from '../../base/index.ts'
import { type Engine, recordStep } from '../../compile/index.ts'
import { createVariable, type Variable } from '../../graph/index.ts'
import { assign, concat, gradients, reshape, slice, sum, Tensor, variableTensor } from '../../tensor/index.ts'
import type { Optimizer } from '../optimizer.ts'
import { couples } from './coupling.ts'
import { heightsOf, type Point, type Surface } from './surface.ts'

export interface Descent {
  /** Looks at where the points are, then moves them; with `momentum` where that is scheduled. */
  step(learningRate: number, momentum?: number): Position
  /** Gives the engine its memory back. */
  release(): void
}

/** Every point and its height, before it was moved. */
export interface Position {
  readonly x: TypedArray
  readonly y: TypedArray
  readonly heights: TypedArray
}

export interface DescentOptions {
  readonly surface: Surface
  readonly optimizer: Optimizer
  readonly starts: readonly Point[]
  /** Whether each step is told its momentum; otherwise it is the optimizer's own. */
  readonly hasMomentum: boolean
}

/** One parameter with its state: all points [2 points] (every x, then every y), or a single one [2]. */
interface Block {
  readonly parameter: Variable
  readonly state: ReadonlyMap<string, Variable>
}

export function createDescent(engine: Engine, options: DescentOptions): Descent {
  const { surface, optimizer, starts, hasMomentum } = options
  const count = starts.length
  const blocks = couples(optimizer)
    ? starts.map((start, index) => createBlock(engine, optimizer, `point${index}`, start))
    : [createBlock(engine, optimizer, 'points', [...starts.map(([x]) => x), ...starts.map(([, y]) => y)])]
  const variables = blocks.flatMap(({ parameter, state }) => [parameter, ...state.values()])

  const scalars = ['learningRate', 'step', ...(hasMomentum ? ['momentum'] : [])]
  const slots = scalars.map((name) => ({ name, shape: [], dtype: 'float32' as const }))
  const plan = engine.compile(
    recordStep(slots, (nodes) => {
      const [learningRate, step, momentum] = nodes.map((node) => new Tensor(node))
      const context = { learningRate, step, ...(hasMomentum && { momentum }) }
      const points = blocks.map(({ parameter }) => variableTensor(parameter))
      const states = blocks.map(({ state }) =>
        Object.fromEntries([...state].map(([name, variable]) => [name, variableTensor(variable)])),
      )
      const ahead = points.map((point, index) => optimizer.lookahead?.(point, states[index], context) ?? point)
      // The sum over points: the gradient of each is that of its own height.
      const slopes = gradients(sum(heightsOf(surface, ...coordinates(ahead))), ahead)
      for (const [index, { parameter, state }] of blocks.entries()) {
        const updated = optimizer.update(slopes[index], points[index], states[index], context)
        assign(parameter, updated.parameter)
        for (const [name, variable] of state) assign(variable, updated.state[name])
      }
      const [x, y] = coordinates(points)
      return [x.node, y.node, heightsOf(surface, x, y).node]
    }),
  )

  /** x and y of all points, each [points]. */
  function coordinates(points: readonly Tensor[]): [x: Tensor, y: Tensor] {
    const half = points.length === 1 ? count : 1
    const axis = (index: number): Tensor => {
      const parts = points.map((point) => slice(point, [index * half], [half]))
      return reshape(parts.length === 1 ? parts[0] : concat(parts, 0), [count])
    }
    return [axis(0), axis(1)]
  }

  let made = 0
  return {
    step(learningRate, momentum = 0) {
      made += 1
      const values = [learningRate, made, ...(hasMomentum ? [momentum] : [])]
      plan.run(values.map((value) => Float64Array.of(value)))
      return { x: plan.read(0), y: plan.read(1), heights: plan.read(2) }
    },
    release() {
      plan.release()
      for (const variable of variables) engine.free(variable)
    },
  }
}

function createBlock(engine: Engine, optimizer: Optimizer, name: string, values: readonly number[]): Block {
  const shape = [values.length]
  const parameter = createVariable({ name, shape, trainable: true })
  engine.write(parameter, Float64Array.from(values))
  const state = new Map<string, Variable>()
  for (const [slot, { shape: size, value }] of Object.entries(optimizer.init(shape))) {
    const variable = createVariable({ name: `${optimizer.name}.${slot}.${name}`, shape: size })
    engine.write(variable, new Float64Array(sizeOf(size)).fill(value))
    state.set(slot, variable)
  }
  return { parameter, state }
}

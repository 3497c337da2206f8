/**
 * Whether a training finds room for what it keeps between steps. Shapes tell it, so it is asked before the first weight is
 * drawn: drawing billions of them takes minutes.
 */
import { formatShape, sizeOf, ThalwegError } from '../base/index.ts'
import { build, createStore, type Model, type Store } from '../nn/index.ts'
import { rulesOf } from '../optim/groups.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Settings } from './settings.ts'

const BYTES_PER_VALUE = 4

/**
 * Counts the weights that `store` does not hold yet, and what training keeps beside each one: the optimizer's state, the sum of
 * its gradients, its average. A step's own values are left out, gradients too: most of them never lie in memory as a whole.
 *
 * @throws ThalwegError `backend/out-of-memory`
 */
export function requireRoom(model: Model, example: Tensor, store: Store, settings: Settings): void {
  const room = settings.engine.backend.room?.()
  if (room === undefined) return
  const shapes = createStore({ engine: 'none' })
  build(model, example, shapes)
  let values = 0
  for (const { path, variable, decay } of shapes.entries.values()) {
    const { shape, trainable } = variable
    if (!store.entries.has(path)) values += sizeOf(shape)
    if (trainable) values += valuesBeside({ path, shape, decay }, settings)
  }
  if (values * BYTES_PER_VALUE <= room) return
  const sizes = shapes.parameters().map(({ path, variable: { shape } }) => ({ path, shape, size: sizeOf(shape) }))
  const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a))
  const parameters = sizes.reduce((sum, { size }) => sum + size, 0)
  throw new ThalwegError('backend/out-of-memory', {
    rule: 'fit: the weights, and what training keeps beside each of them, must fit into the memory of the engine',
    received: `${gibibytes(values * BYTES_PER_VALUE)} for ${parameters} parameters under ${settings.optimizer.name}, the largest ${largest.path} ${formatShape(largest.shape)}, where there is room for ${gibibytes(room)}`,
    try: `make ${largest.path} smaller, or take an optimizer that keeps less: sgd keeps nothing, momentum one value for each weight`,
  })
}

function valuesBeside(parameter: Parameters<typeof rulesOf>[0], settings: Settings): number {
  const { optimizer, rate } = rulesOf(parameter, settings)
  if (rate === 0) return 0
  const size = sizeOf(parameter.shape)
  const state = Object.values(optimizer.init(parameter.shape)).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const sums = (settings.accumulate ?? 1) > 1 ? size : 0
  return state + sums + (settings.average ? size : 0)
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`
}

/** Every optimizer compiled: in float32 it goes where the reference goes, and its second update compiles nothing. */
import { referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { adam, createOptimizer, decoupledDecay, lookahead, muon, type Optimizer, optimizers, sgd } from 'thalweg/optim'
import { mul, reshape, square, sub, sum, tensor } from 'thalweg/tensor'
import { expect, it } from 'vitest'
import { createDescent, type Surface } from '../descent.ts'

const [reference, wasm] = [createEngine(referenceBackend()), createEngine(wasmBackend())]
const start = [1, -2, 0.5, 3, 0.25, -1]
const bowl: Surface = (point) => {
  const distance = sub(reshape(point, [6]), tensor([0, 1, -1, 2, 2, 0.5]))
  return sum(mul(square(distance), tensor([1, 0.5, 2, 0.3, 1, 1.5])))
}

const all: readonly (readonly [string, Optimizer])[] = [
  ...Object.keys(optimizers).map((name) => [name, createOptimizer(name)] as const),
  ['muon, spectral', muon({ scale: 'spectral', nesterov: false })],
  ['lookahead', lookahead(adam(), { syncSteps: 3 })],
  ['decoupled decay', decoupledDecay(sgd({ momentum: 0.9 }), { weightDecay: 0.1 })],
]

it.each(all)('%s', (_, optimizer) => {
  const [exact, compiled] = [reference, wasm].map((engine) =>
    createDescent(engine, optimizer, bowl, start, { shape: [2, 3], scheduled: optimizer.momentum !== undefined }),
  )
  const rate = Math.max(optimizer.learningRate, 0.01)
  compiled.update(rate, 0.5)
  exact.update(rate, 0.5)
  const before = { ...wasm.counts }
  for (let step = 2; step <= 12; step++) {
    const momentum = 0.5 + step / 30
    const expected = exact.update(rate, momentum)
    for (const [i, value] of Array.from(compiled.update(rate, momentum)).entries()) {
      expect(Math.abs(value - expected[i])).toBeLessThan(2e-5)
    }
  }
  expect(wasm.counts).toEqual(before)
  for (const each of [exact, compiled]) each.release()
})

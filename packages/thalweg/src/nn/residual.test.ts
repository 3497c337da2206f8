import { expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, evaluate } from '../compile/index.ts'
import { gradients, sum, tensor } from '../tensor/index.ts'
import { relu } from './activations/relu.ts'
import { dense } from './dense.ts'
import { forward } from './forward.ts'
import { constant } from './initializers/constant.ts'
import type { Layer } from './layer.ts'
import { residual } from './residual.ts'
import { sequential } from './sequential.ts'
import { createStore } from './store.ts'

const engine = createEngine(referenceBackend())
const x = tensor(Float64Array.of(1, -2, 3, 4), [2, 2])
const filled = (units: number, value: number) => dense(units, { bias: false, initializer: constant(value) })

function replay(layer: Layer) {
  const store = createStore({ engine })
  const y = forward(sequential(layer), x, { store, training: false })
  const nodes = [y, ...gradients(sum(y), [x])].map(({ node }) => node)
  const [output, slope] = evaluate(nodes, engine)
  return { paths: [...store.entries.keys()], output: Array.from(output), slope: Array.from(slope) }
}

it('adds the input, and lets its gradient pass', () => {
  // relu(x W) is 0 in the first row, where the sum is negative: there the input stands alone.
  expect(replay(residual(sequential(filled(2, 0.5), relu())))).toEqual({
    paths: ['residual1.main.dense1.weight'],
    output: [1, -2, 3 + 3.5, 4 + 3.5],
    slope: [1, 1, 1 + 0.5 + 0.5, 1 + 0.5 + 0.5],
  })
})

it('adds what the shortcut makes of the input', () => {
  expect(replay(residual(filled(3, 2), { shortcut: filled(3, 10) }))).toMatchObject({
    paths: ['residual1.main.weight', 'residual1.shortcut.weight'],
    output: [-12, -12, -12, 84, 84, 84],
  })
})

it('shares the weights of a layer that stands elsewhere, too, under the path of its first place', () => {
  const shared = filled(2, 0.5)
  const paths = (...layers: readonly Layer[]): readonly string[] => replay(sequential(...layers)).paths
  expect(paths(shared, residual(shared))).toEqual(['sequential1.dense1.weight'])
  expect(paths(residual(shared), residual(shared))).toEqual(['sequential1.residual1.main.weight'])
  expect(paths(residual(shared, { shortcut: shared }))).toEqual(['sequential1.residual1.main.weight'])
  expect(paths(residual(filled(2, 1)), residual(filled(2, 1)))).toHaveLength(2)
})

it('refuses two shapes, which a sum would stretch', () => {
  expect(() => replay(residual(filled(1, 1)))).toThrow(
    /^residual1: residual: both ways must end in the same shape\nreceived: main \[2,1\], the input \[2,2\]\ntry: give a shortcut/,
  )
})

it('takes layers and functions, not lists', () => {
  expect(() => residual([dense(2)] as unknown as Layer)).toThrow(/^residual: every argument must be a layer/)
})

it('refuses more layers, which it would leave out, and options that it does not have', () => {
  const others: readonly Layer[] = [relu(), dense(2)]
  const call = (...rest: readonly unknown[]): unknown => Reflect.apply(residual, undefined, [dense(2), ...rest])
  const message = 'residual: it takes one layer, and then options\nreceived: another layer in the place of the options'
  expect(() => call(...others)).toThrow(`${message}, relu\ntry: make one of them: residual(sequential(a, b, c))`)
  expect(() => call(relu)).toThrow(`${message}\n`)
  expect(() => call({ shortcuts: dense(2) })).toThrow(/received: shortcuts\ntry: did you mean "shortcut"\?/)
})

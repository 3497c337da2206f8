import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, defaultEngine } from '../compile/index.ts'
import { printGraph } from '../graph/index.ts'
import { constant, createStore, dense, forward, type Model, relu, sequential } from '../nn/index.ts'
import { customGradient } from './custom-gradient.ts'
import * as t from './index.ts'

const engine = createEngine(referenceBackend())
const read = (x: t.Tensor) => Array.from(x.read(engine))

/** log(1 + exp(x)), whose derived gradient overflows; written out it does not. */
const softplus = customGradient(
  (x: t.Tensor) => t.log(t.add(1, t.exp(x))),
  (g, { xs: [x] }) => [t.mul(g, t.sigmoid(x))],
  { name: 'softplus' },
)

describe('customGradient', () => {
  test('the value is that of forward, the gradient that of backward, once and twice', () => {
    const x = t.tensor([-1, 0.5, 800])
    const [slope] = t.gradients(t.sum(softplus(x)), [x])
    expect(read(softplus(t.tensor([0])))[0]).toBeCloseTo(Math.LN2, 14)
    const sigmoid = [-1, 0.5, 800].map((value) => 1 / (1 + Math.exp(-value)))
    expect(read(slope)).toEqual(sigmoid.map((value) => expect.closeTo(value, 14)))
    const [curvature] = t.gradients(t.sum(slope), [x])
    expect(read(curvature)).toEqual(sigmoid.map((value) => expect.closeTo(value * (1 - value), 14)))
  })

  test('a backward that uses its own result is differentiated by itself again', () => {
    const wrongly = customGradient(
      (x: t.Tensor) => t.exp(x),
      (g, { y }) => [t.mul(t.mul(g, y), 3)],
    )
    const x = t.tensor([0])
    const [slope] = t.gradients(t.sum(wrongly(x)), [x])
    const [curvature] = t.gradients(t.sum(slope), [x])
    expect([read(slope), read(curvature)]).toEqual([[3], [9]])
  })

  test('each operand has its own gradient; labels have none', () => {
    const scores = t.tensor([
      [1, 2],
      [3, 4],
    ])
    const scale = t.tensor([10])
    const labels = t.tensor(Int32Array.of(1, 0))
    const picked = customGradient(
      (x: t.Tensor, s: t.Tensor, at: t.Tensor) => t.mul(t.takeAlong(x, at), s),
      (g, { xs: [x, s, at] }) => [
        t.mul(t.mul(t.oneHot(at, 2), s), t.expandDims(g, 1)),
        t.reshape(t.sum(t.mul(g, t.takeAlong(x, at))), [1]),
        at,
      ],
    )
    const [ofScores, ofScale] = t.gradients(t.sum(picked(scores, scale, labels)), [scores, scale])
    expect([read(ofScores), read(ofScale)]).toEqual([[0, 10, 10, 0], [5]])
  })

  test('compiles with the rest of the step', () => {
    const run = t.compiled(
      (x) => {
        const y = softplus(t.mul(x, 2))
        return [y, t.gradients(t.sum(y), [x])[0]]
      },
      { engine: defaultEngine() },
    )
    const [value, slope] = run([0.25])
    expect(value[0]).toBeCloseTo(Math.log1p(Math.exp(0.5)), 6)
    expect(slope[0]).toBeCloseTo(2 / (1 + Math.exp(-0.5)), 6)
  })

  test('a gradient of another shape is refused by name', () => {
    const broken = customGradient(
      (x: t.Tensor, b: t.Tensor) => t.add(x, b),
      (g) => [g, g],
      { name: 'addBias' },
    )
    const [x, b] = [t.ones([3, 2]), t.ones([2])]
    expect(() => t.gradients(t.sum(broken(x, b)), [x, b])).toThrow(
      "addBias: backward must return one gradient for each operand, of the operand's shape\nreceived: gradients float32 [3,2], float32 [3,2] for operands float32 [3,2], float32 [2]",
    )
  })

  test('is printed with its name', () => {
    expect(printGraph([softplus(t.tensor([1])).node])).toMatch(/= customGradient\(%\d+, %\d+\) \{softplus\}/)
  })
})

test('stands in a model as it is, and refuses what is no tensor', () => {
  const layers: readonly unknown[] = [dense(2, { initializer: constant(0.5), bias: false }), softplus, relu]
  const model: Model = Reflect.apply(sequential, undefined, layers)
  const y = forward(model, t.tensor([[1, 3]]), { store: createStore({ engine }), training: true })
  expect(read(y)).toEqual([Math.log1p(Math.exp(2)), Math.log1p(Math.exp(2))].map((value) => expect.closeTo(value, 14)))
  expect(() => Reflect.apply(softplus, undefined, [3])).toThrow(
    /^softplus: every operand must be a tensor\nreceived: 3\ntry: make a tensor/,
  )
})

import { describe, expect, it } from 'vitest'
import { referenceBackend, wasmBackend } from '../../backend/index.ts'
import { random } from '../../base/index.ts'
import { createEngine, type Engine } from '../../compile/index.ts'
import { compiled, matmul, tensor, transpose } from '../../tensor/index.ts'
import { relu } from '../activations/relu.ts'
import { batchNorm } from '../batch-norm.ts'
import { convTranspose2d } from '../conv-transpose2d.ts'
import { conv1d } from '../conv1d.ts'
import { conv2d } from '../conv2d.ts'
import { dense } from '../dense.ts'
import { dropout } from '../dropout/dropout.ts'
import { flatten } from '../flatten.ts'
import { build, forward } from '../forward.ts'
import type { Model } from '../layer.ts'
import { named, sequential } from '../sequential.ts'
import { createStore, type NamedArray, type Store } from '../store.ts'
import { summary } from '../summary.ts'
import { fold } from './fold.ts'

const reference = createEngine(referenceBackend())
const wasm = createEngine(wasmBackend())

/** A store in which everything, statistics too, has a value of its own. */
function trainedStore(model: Model, inputShape: readonly number[], engine: Engine): Store {
  const store = createStore({ engine })
  build(model, tensor(new Float32Array(inputShape.reduce((a, b) => a * b, 1)), [1, ...inputShape]), store)
  const draw = random(1, 'fold')
  const arrays: Record<string, NamedArray> = {}
  for (const [path, array] of Object.entries(store.save())) {
    const positive = /Variance$/.test(path)
    const data = Float64Array.from(array.data, () => (positive ? 0.2 + 2 * draw.uniform() : draw.normal()))
    arrays[path] = { ...array, data }
  }
  store.load(arrays)
  return store
}

function outputs(model: Model, store: Store, inputShape: readonly number[], engine: Engine): ArrayLike<number> {
  const draw = random(2, 'fold/inputs')
  const size = 3 * inputShape.reduce((a, b) => a * b, 1)
  const run = compiled((x) => forward(model, x, { store, training: false }), { engine })
  return run({ data: Float32Array.from({ length: size }, () => draw.normal()), shape: [3, ...inputShape] })
}

const residual: Model = (x, scope) => {
  const inner = scope.call(named('inner', sequential(conv2d(4, 3, { padding: 'same' }), batchNorm(), relu())), x)
  return scope.call(batchNorm(), scope.call(conv2d(3, 1), inner)).add(x)
}

const exact: readonly (readonly [string, Model, readonly number[], Readonly<Record<string, string>>])[] = [
  ['dense', sequential(dense(4), batchNorm(), relu(), dense(2)), [3], { batchNorm1: 'dense1' }],
  ['dense with a bias', sequential(dense(4, { bias: true }), batchNorm()), [3], { batchNorm1: 'dense1' }],
  ['dense on sequences', sequential(dense(4), batchNorm()), [5, 3], { batchNorm1: 'dense1' }],
  [
    'without gamma and beta',
    sequential(dense(4), batchNorm({ gamma: false, beta: false })),
    [3],
    { batchNorm1: 'dense1' },
  ],
  ['dropout in between', sequential(dense(4), dropout(), batchNorm()), [3], { batchNorm1: 'dense1' }],
  ['conv1d', sequential(conv1d(4, 3, { padding: 'same' }), batchNorm()), [6, 3], { batchNorm1: 'conv1' }],
  [
    'two convolutions, padded, strided, dilated',
    sequential(
      conv2d(4, 3, { padding: 'same', strides: 2, bias: true }),
      batchNorm({ epsilon: 1e-3 }),
      relu(),
      conv2d(5, 2, { padding: 1, dilation: 2 }),
      batchNorm(),
      flatten(),
      dense(2),
      batchNorm(),
    ),
    [9, 8, 3],
    { batchNorm1: 'conv1', batchNorm2: 'conv2', batchNorm3: 'dense1' },
  ],
  ['grouped', sequential(conv2d(6, 3, { groups: 2 }), batchNorm()), [5, 5, 4], { batchNorm1: 'conv1' }],
  [
    'depthwise',
    sequential(conv2d(4, 3, { groups: 4, padding: 'same' }), batchNorm(), conv2d(6, 1), batchNorm()),
    [5, 5, 4],
    { batchNorm1: 'conv1', batchNorm2: 'conv2' },
  ],
  [
    'transposed, grouped',
    sequential(convTranspose2d(6, 3, { groups: 2, strides: 2 }), batchNorm()),
    [4, 3, 4],
    { batchNorm1: 'convTranspose1' },
  ],
  [
    'residual branches and nests',
    sequential(batchNorm(), named('block', sequential(residual, relu())), conv2d(2, 3), batchNorm()),
    [6, 6, 3],
    {
      'block.lambda1.inner.batchNorm1': 'block.lambda1.inner.conv1',
      'block.lambda1.batchNorm1': 'block.lambda1.conv1',
      batchNorm2: 'conv1',
    },
  ],
]

describe.each([
  ['reference', reference, 1e-12],
  ['wasm', wasm, 1e-5],
] as const)('on %s', (_, engine, tolerance) => {
  it.each(exact)('folds %s', (_, model, inputShape, pairs) => {
    const store = trainedStore(model, inputShape, engine)
    const before = store.save()
    const result = fold({ model, store, inputShape })
    expect(Object.fromEntries(result.folded.map(({ batchNorm, into }) => [batchNorm, into]))).toEqual(pairs)
    const expected = outputs(model, store, inputShape, engine)
    const actual = outputs(result.model, result.store, inputShape, engine)
    const size = Math.max(...Array.from(expected, Math.abs))
    expect(size).toBeGreaterThan(0.1)
    for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThan(tolerance * size)
    expect(store.save()).toEqual(before)
    expect(result.store.unclaimed()).toEqual([])
    for (const path of Object.keys(pairs)) expect(result.store.entries.has(`${path}.runningMean`)).toBe(false)
  })
})

const shared = dense(3, { bias: true })
const tied: Model = (x, scope) => {
  const weight = scope.parameter('dense1.weight', [3, 3], () => new Float64Array(9))
  return scope.call(batchNorm(), scope.call(dense(3), x)).add(matmul(x, transpose(weight)))
}

describe('leaves alone what would not be exact', () => {
  it.each<readonly [string, Model, string]>([
    [
      'the input',
      sequential(batchNorm(), dense(3)),
      'its input does not come straight from a dense layer or a convolution',
    ],
    [
      'an activation',
      sequential(dense(3), relu(), batchNorm()),
      'its input does not come straight from a dense layer or a convolution',
    ],
    [
      "the article's dropout",
      sequential(dense(3), dropout({ keep: 0.5, scaling: 'inference' }), batchNorm()),
      'its input does not come straight from a dense layer or a convolution',
    ],
    [
      'another use of its input',
      (x, scope) => {
        const linear = scope.call(dense(3), x)
        return scope.call(batchNorm(), linear).add(linear)
      },
      'the output of dense1 is used elsewhere too',
    ],
    [
      'an output that is of the model too',
      (x, scope) => {
        const linear = scope.call(dense(3), x)
        scope.call(batchNorm(), linear)
        return linear
      },
      'the output of dense1 is used elsewhere too',
    ],
    ['shared weights', sequential(shared, relu(), shared, batchNorm()), 'dense1 runs more than once'],
    ['tied weights', tied, 'dense1.weight is used elsewhere too'],
  ])('%s', (_, model, reason) => {
    const store = trainedStore(model, [3], reference)
    const result = fold({ model, store, inputShape: [3] })
    expect(result.folded).toEqual([])
    expect(result.left).toEqual([{ path: 'batchNorm1', reason }])
    expect(outputs(result.model, result.store, [3], reference)).toEqual(outputs(model, store, [3], reference))
  })
})

it('gives a model that can be looked at, and not trained', () => {
  const model = sequential(conv2d(4, 3), batchNorm(), flatten(), dense(2))
  const store = trainedStore(model, [5, 5, 1], reference)
  const folded = fold({ model, store, inputShape: [5, 5, 1] })
  const { layers, states } = summary(folded.model, [5, 5, 1])
  expect(layers.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'conv1 conv',
    'batchNorm1 folded',
    'flatten1 flatten',
    'dense1 dense',
  ])
  expect(states).toBe(0)
  const x = tensor(new Float32Array(50), [2, 5, 5, 1])
  expect(() => forward(folded.model, x, { store: folded.store, training: true })).toThrow(
    /fold: a folded model is for inference\nreceived: a forward pass in training\ntry: /,
  )
  expect(fold(folded).folded).toEqual([])
})

import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, recordStep } from '../compile/index.ts'
import { add, scalar, Tensor, tensor, zeros } from '../tensor/index.ts'
import { relu } from './activations/relu.ts'
import { batchNorm } from './batch-norm.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout/dropout.ts'
import { flatten } from './flatten.ts'
import { build, type ForwardOptions, forward } from './forward.ts'
import { ones } from './initializers/constant.ts'
import type { Layer, Model } from './layer.ts'
import { maxPool2d } from './pool2d.ts'
import { named, sequential } from './sequential.ts'
import { createStore } from './store.ts'

const engine = createEngine(referenceBackend())
const x = zeros([4, 3])

function pathsOf(model: Model, input: Tensor = x): string[] {
  const store = createStore({ engine: 'none' })
  build(model, input, store)
  return [...store.entries.keys()]
}

function training(model: Model, input: Tensor = x, options: Partial<ForwardOptions> = {}): Tensor {
  const random = { seed: tensor(Int32Array.of(1, 0)), step: scalar(1, 'int32') }
  return forward(model, input, { store: createStore({ engine: 'none' }), training: true, random, ...options })
}

describe('names', () => {
  it('are kind and number among the siblings, or what the user says', () => {
    const model = sequential(dense(5), relu(), dense(4, { name: 'middle' }), dense(3, { bias: false }))
    expect(pathsOf(model)).toEqual(['dense1.weight', 'dense1.bias', 'middle.weight', 'middle.bias', 'dense2.weight'])
  })

  it('nest', () => {
    const block = () => sequential(dense(3), batchNorm())
    const model = sequential(block(), named('head', sequential(block(), dense(1, { bias: false }))))
    expect(pathsOf(model).filter((path) => /weight|gamma/.test(path))).toEqual([
      'sequential1.dense1.weight',
      'sequential1.batchNorm1.gamma',
      'head.sequential1.dense1.weight',
      'head.sequential1.batchNorm1.gamma',
      'head.dense1.weight',
    ])
  })

  it('step over numbers that the user has taken', () => {
    expect(pathsOf(sequential(dense(3, { name: 'dense1', bias: false }), dense(2, { bias: false })))).toEqual([
      'dense1.weight',
      'dense2.weight',
    ])
  })

  it('must differ side by side, and hold no dots', () => {
    const twice = sequential(dense(3, { name: 'a' }), dense(3, { name: 'a' }))
    expect(() => pathsOf(twice)).toThrow(
      /layers side by side must have different names\nreceived: two layers named 'a'/,
    )
    for (const name of ['', 'a.b', 'a/b', ' a']) {
      expect(() => pathsOf(sequential(dense(3, { name }))), name).toThrow(/a layer's name must not be empty/)
    }
  })

  it('of a layer that stands alone are those of its values', () => {
    expect(pathsOf(dense(2))).toEqual(['weight', 'bias'])
  })
})

describe('an instance that is used twice', () => {
  it('shares its weights, in one sequential and across several', () => {
    const shared = dense(3, { bias: false })
    expect(pathsOf(sequential(shared, relu(), shared, dense(3, { bias: false })))).toEqual([
      'dense1.weight',
      'dense2.weight',
    ])
    expect(pathsOf(sequential(sequential(shared), sequential(relu(), shared)))).toEqual(['sequential1.dense1.weight'])
    const block = sequential(dense(3, { bias: false }), dense(3, { bias: false }))
    expect(pathsOf(sequential(block, block))).toEqual(['sequential1.dense1.weight', 'sequential1.dense2.weight'])
  })

  it('is one tensor to differentiate by', () => {
    const shared = dense(3)
    const seen: string[] = []
    training(sequential(shared, shared), x, {
      substitute(variable, value) {
        seen.push(variable.name)
        return value
      },
    })
    expect(seen).toEqual(['dense1.weight', 'dense1.bias'])
  })

  it('cannot have two new running means in one step', () => {
    const norm = batchNorm()
    const assign = () => undefined
    expect(() => training(sequential(norm, norm), x, { assign })).toThrow(
      /batchNorm1.runningMean: a state takes one new value a step.*\n.*\ntry: give each place/,
    )
  })
})

describe('models by hand', () => {
  it('may make their layers while they run', () => {
    const around: Layer = {
      kind: 'around',
      options: {},
      forward: (x, scope) => add(x, scope.call(dense(3, { bias: false }), scope.call(relu(), x))),
    }
    expect(pathsOf(sequential(around, around, { ...around }))).toEqual([
      'around1.dense1.weight',
      'around2.dense1.weight',
    ])
  })

  it('may be functions, alone or in a sequential', () => {
    const model: Model = (x, scope) => add(scope.call(dense(3, { bias: false }), x), scope.parameter('b', [3], ones()))
    expect(pathsOf(model)).toEqual(['dense1.weight', 'b'])
    expect(pathsOf(sequential(model, dense(1)))).toContain('lambda1.b')
    expect(() => sequential('relu' as unknown as Layer)).toThrow(/every argument must be a layer.*\nreceived: string/)
  })
})

describe('errors', () => {
  const image = zeros([2, 8, 8, 3])
  const cases: readonly (readonly [string, Model, Tensor, RegExp])[] = [
    [
      'a check of the layer',
      sequential(sequential(dense(4)), conv2d(4, 3)),
      x,
      /^conv1: conv2d: the input must be \[b/,
    ],
    [
      'a node',
      sequential(conv2d(4, 3, { padding: 'same' }), maxPool2d(9)),
      image,
      /^maxPool1: maxPool: the window must/,
    ],
    ['a nested layer', sequential(named('tail', sequential(flatten(), conv2d(2, 3)))), image, /^tail\.conv1: conv2d: /],
    ['a layer that stands alone', conv2d(4, 3, { groups: 2 }), image, /^conv: conv2d: groups must divide/],
  ]

  it.each(cases)('of %s name the layer, once', (_, model, input, message) => {
    const error = caught(() => forward(model, input, { store: createStore({ engine: 'none' }), training: false }))
    expect(error.message).toMatch(message)
    expect(error.message.split('\n')).toHaveLength(3)
    expect(error.message.match(/conv1|maxPool1|conv:/g)).toHaveLength(1)
  })

  it('say what is no model, and what a model must return', () => {
    const wrong = (model: unknown) => () => training(model as Model)
    expect(wrong(undefined)).toThrow('received: undefined')
    expect(wrong([dense(2)])).toThrow('received: a list')
    expect(() => sequential([dense(2)] as unknown as Layer)).toThrow('try: put the list into a sequential')
    expect(wrong(() => undefined)).toThrow('the model must return a tensor\nreceived: undefined')
    const forgetful = { kind: 'forgetful', options: {}, forward: () => 3 }
    expect(wrong(forgetful)).toThrow('forgetful: the layer must return a tensor\nreceived: number')
    expect(wrong(sequential(dense(2), forgetful as unknown as Layer))).toThrow(
      'forgetful1: the layer must return a tensor',
    )
  })

  it('of others pass through', () => {
    const model = sequential(() => {
      throw new RangeError('mine')
    })
    expect(() => pathsOf(model)).toThrow(RangeError)
  })

  it('say that random numbers need a seed', () => {
    const options = { store: createStore({ engine: 'none' }), training: true }
    expect(() => forward(sequential(dropout()), x, options)).toThrow(/dropout1: random numbers need a seed and a step/)
  })

  it('say that only a known state can be assigned', () => {
    const model: Model = (x, scope) => {
      scope.assign('nothing', x)
      return x
    }
    expect(() => training(model)).toThrow(/nothing: only a state that was read or made before/)
  })
})

it('tells an observer about every layer, the inner ones first', () => {
  const calls: string[] = []
  const model = sequential(dense(5), named('tail', sequential(relu())))
  forward(model, x, {
    store: createStore({ engine: 'none' }),
    training: false,
    observe: ({ path, layer, input, output }) => calls.push(`${path} ${layer.kind} [${input.shape}] [${output.shape}]`),
  })
  expect(calls).toEqual(['dense1 dense [4,3] [4,5]', 'tail.relu1 relu [4,5] [4,5]', 'tail sequential [4,5] [4,5]'])
})

it('stamps the path of the layer on the nodes it makes', () => {
  const graph = recordStep([{ name: 'x', shape: [4, 3], dtype: 'float32' }], ([slot]) => [
    forward(sequential(named('block', sequential(dense(2)))), new Tensor(slot), {
      store: createStore({ engine: 'none' }),
      training: false,
    }).node,
  ])
  expect(graph.outputs[0].scope).toBe('block.dense1')
  expect(engine.counts.plans).toBe(0)
})

function caught(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}

/** Forms, extremes and kinks of the activations; their values are held to PyTorch's in test/vectors. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { createEngine, evaluate } from '../../compile/index.ts'
import { gradients, sum, tensor } from '../../tensor/index.ts'
import { forward } from '../forward.ts'
import type { Layer } from '../layer.ts'
import { createStore } from '../store.ts'
import type { Activation, NoOptions } from './activation.ts'
import { celu } from './celu.ts'
import { elu } from './elu.ts'
import { gelu } from './gelu.ts'
import { glu } from './glu.ts'
import { hardSigmoid } from './hard-sigmoid.ts'
import { hardSwish } from './hard-swish.ts'
import { hardTanh } from './hard-tanh.ts'
import { leakyRelu } from './leaky-relu.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { maxout } from './maxout.ts'
import { mish } from './mish.ts'
import { prelu } from './prelu.ts'
import { relu } from './relu.ts'
import { relu6 } from './relu6.ts'
import { selu } from './selu.ts'
import { sigmoid } from './sigmoid.ts'
import { silu } from './silu.ts'
import { softmax } from './softmax.ts'
import { softplus } from './softplus.ts'
import { softsign } from './softsign.ts'
import { tanh } from './tanh.ts'

const engine = createEngine(referenceBackend())

/** Value and slope at each point. */
function at(layer: Layer, points: readonly number[]): { values: number[]; slopes: number[] } {
  const x = tensor([...points], [1, points.length])
  const y = forward(layer, x, { store: createStore({ engine }), training: false })
  const [values, slopes] = evaluate([y.node, gradients(sum(y), [x])[0].node], engine)
  return { values: [...values], slopes: [...slopes] }
}

const elementwise: Readonly<Record<string, Activation<NoOptions>>> = {
  sigmoid,
  tanh,
  relu,
  leakyRelu,
  elu,
  selu,
  celu,
  gelu,
  silu,
  mish,
  softplus,
  softsign,
  hardSigmoid,
  hardSwish,
  hardTanh,
  relu6,
  logSigmoid,
}

describe.each(Object.entries(elementwise))('%s', (name, make) => {
  it('is a layer without a tensor and a function with one', () => {
    const layer = make({ name: 'mine' } as never)
    expect(layer).toMatchObject({ kind: name, name: 'mine' })
    expect(layer.options).not.toHaveProperty('name')
    const points = [-2, -0.5, 0.5, 2]
    const [values] = evaluate([make(tensor(points)).node], engine)
    expect([...values]).toEqual(at(make(), points).values)
  })

  it('is finite with a finite slope far out, and keeps NaN', () => {
    const { values, slopes } = at(make(), [-1e4, -800, 800, 1e4])
    for (const value of [...values, ...slopes]) expect(Number.isFinite(value)).toBe(true)
    expect(at(make(), [Number.NaN]).values[0]).toBeNaN()
  })
})

describe('slopes at 0', () => {
  it.each([
    [relu(), 0],
    [leakyRelu({ slope: 0.2 }), 0.2],
    [elu({ alpha: 0.5 }), 0.5],
    [softplus(), 0.5],
    [logSigmoid(), 0.5],
    [softsign(), 1],
    [mish(), 0.6],
  ])('%j', (layer, slope) => {
    expect(at(layer, [0]).slopes[0]).toBeCloseTo(slope, 12)
  })
})

describe('options', () => {
  it('act and are kept as plain data', () => {
    expect(leakyRelu({ slope: 0.3 }).options).toEqual({ slope: 0.3 })
    expect(at(leakyRelu({ slope: 0.3 }), [-10]).values[0]).toBeCloseTo(-3, 12)
    expect(at(prelu({ initial: 0.1 }), [-10, 10]).values).toEqual([-1, 10])
    expect(at(elu({ alpha: 2 }), [-50]).values[0]).toBeCloseTo(-2, 12)
  })

  it.each([
    [() => leakyRelu({ slope: Number.NaN }), /leakyRelu: slope must be a finite number/],
    [() => elu({ alpha: Number.POSITIVE_INFINITY }), /elu: alpha/],
    [() => celu({ alpha: 0 }), /celu: alpha must be a finite number above 0/],
    [() => gelu({ approximate: 'sigmoid' as 'tanh' }), /gelu: approximate must be one of none, tanh/],
    [() => maxout({ pieces: 0 }), /maxout: pieces must be a whole number/],
    [() => maxout(tensor([[1, 2, 3]])), /maxout: pieces must divide the last axis\nreceived: pieces 2, input \[1,3\]/],
    [() => glu(tensor([[1, 2, 3]])), /glu: the axis must exist and have an even size/],
  ])('are checked: %s', (act, message) => {
    expect(act).toThrow(message)
  })
})

describe('over an axis', () => {
  it('maxout takes the largest of neighbours and sends the gradient there', () => {
    const { values, slopes } = at(maxout({ pieces: 3 }), [1, 5, 2, -3, -9, -1])
    expect(values).toEqual([5, -1])
    expect(slopes).toEqual([0, 1, 0, 0, 0, 1])
  })

  it('softmax adds up to 1 for logits of any size', () => {
    const { values } = at(softmax(), [1000, 1000, -1000])
    expect(values).toEqual([0.5, 0.5, 0])
  })
})

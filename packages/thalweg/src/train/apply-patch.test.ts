import { expect, it } from 'vitest'
import { arrays } from '../data/index.ts'
import { anatomyOf } from '../diagnose/anatomy.ts'
import { batchNorm, constant, dense, meanSquaredError, relu, sequential } from '../nn/index.ts'
import { adam, maxNorm, sgd } from '../optim/index.ts'
import { applyPatches, resolvePatch } from './apply-patch.ts'
import { completeOptions } from './options.ts'
import type { Patch } from './patch.ts'

const train = arrays({ inputs: Float32Array.of(1, 10, 3, 30), inputShape: [2], numbers: Float32Array.of(100, 300) })
const settings = completeOptions({
  train,
  loss: meanSquaredError(),
  optimizer: sgd(),
  epochs: 1,
  groups: [{ match: 'dense1', rate: 0 }],
})

function layersAfter(model: ReturnType<typeof sequential>, ...patches: readonly Patch[]): string[] {
  const { model: patched } = applyPatches({ model, settings }, patches)
  return anatomyOf(patched, [2], 2).layers.map(({ path, outputShape }) => `${path} ${outputShape}`)
}

it('keeps what stands in front of a model through later changes of its layers', () => {
  const model = sequential(dense(3), relu(), dense(1))
  expect(layersAfter(model, { kind: 'scale-inputs' }, { kind: 'activation', from: 'relu', to: 'tanh' })).toEqual([
    'inputNorm1 2',
    'dense1 3',
    'tanh1 3',
    'dense2 1',
  ])
})

it('puts activations between layers with weights, and nowhere else', () => {
  const paths = layersAfter(sequential(dense(3), dense(4), dense(1)), { kind: 'insert-activations', name: 'relu' })
  expect(paths).toEqual(['dense1 3', 'relu1 3', 'dense2 4', 'relu2 4', 'dense3 1'])
})

it('widens one layer, and draws new weights for it, in whatever order it is asked', () => {
  const widen: Patch = { kind: 'widen-layer', layer: 'dense1', units: 8 }
  const model = sequential(dense(1), relu(), dense(1))
  expect(layersAfter(model, widen)).toEqual(['dense1 8', 'relu1 8', 'dense2 1'])
  const { settings: changed } = applyPatches({ model, settings }, [{ kind: 'initializer', name: 'he' }, widen])
  expect(changed.store?.save()['dense1.weight'].shape).toEqual([2, 8])
})

it('scales outputs to the mean and deviation of the training targets', () => {
  expect(resolvePatch({ kind: 'scale-outputs' }, settings)).toEqual({
    kind: 'scale-outputs',
    shift: [200],
    scale: [100],
  })
})

it.each([
  [sgd({ learningRate: 0.5 }), 0.5 / 100 ** 2],
  [adam({ learningRate: 0.5 }), 0.5],
])('and divides a rate by what the gradient grows by (%o)', (optimizer, rate) => {
  const patch: Patch = { kind: 'scale-outputs', shift: [200], scale: [100] }
  const { settings: changed } = applyPatches({ model: dense(1), settings: { ...settings, optimizer } }, [patch])
  expect(changed.optimizer.learningRate).toBeCloseTo(rate, 12)
})

it('draws weights anew, and lets biases begin at 0', () => {
  const model = sequential(dense(3, { biasInitializer: constant(-8) }), dense(1))
  const { settings: changed } = applyPatches({ model, settings }, [{ kind: 'initializer', name: 'ones' }])
  const weights = changed.store?.save() ?? {}
  expect([...weights['dense1.bias'].data]).toEqual([0, 0, 0])
  expect([...weights['dense2.weight'].data]).toEqual([1, 1, 1])
})

it('frees what a group has frozen', () => {
  const { settings: changed } = applyPatches({ model: sequential(dense(1)), settings }, [{ kind: 'unfreeze' }])
  expect(changed.groups).toEqual([])
})

it('takes constraints away, those of groups too', () => {
  const group = { match: 'dense1', rate: 0.5, constraint: maxNorm(1) }
  const held = { ...settings, constraint: maxNorm(0.01), groups: [group] }
  const { settings: changed } = applyPatches({ model: dense(1), settings: held }, [{ kind: 'no-constraint' }])
  expect(changed).toEqual({ ...settings, groups: [{ match: 'dense1', rate: 0.5 }] })
})

it('gives every batch norm another momentum, and leaves the rest of it', () => {
  const model = sequential(dense(2), batchNorm({ momentum: 0.999, epsilon: 1e-3, beta: false }), dense(1))
  const { model: patched } = applyPatches({ model, settings }, [{ kind: 'norm-momentum', momentum: 0.9 }])
  const { options, path } = anatomyOf(patched, [2], 2).layers[1]
  expect({ path, ...options }).toEqual({ path: 'batchNorm1', momentum: 0.9, epsilon: 1e-3, gamma: true, beta: false })
})

import { expect, it } from 'vitest'
import {
  batchNorm,
  conv2d,
  dense,
  dropout,
  flatten,
  instanceNorm,
  layerNorm,
  type Model,
  relu,
  sequential,
  zeros,
} from '../nn/index.ts'
import { modelFindings } from './model-findings.ts'

const found = (model: Model, inputShape: readonly number[]) =>
  modelFindings(model, inputShape).map(({ code, layer }) => `${code} ${layer}`)

it('finds a bias that a model keeps before batch norm', () => {
  const kept = sequential(dense(5, { bias: true }), batchNorm(), relu(), dense(2))
  const [finding, ...others] = modelFindings(kept, [3])
  expect(others).toEqual([])
  expect(finding).toMatchObject({
    code: 'bias-before-batch-norm',
    severity: 'info',
    layer: 'dense1',
    message: expect.stringMatching(/^dense1.bias is taken off again by batchNorm1/),
    evidence: { measured: 5, threshold: 0 },
    try: expect.stringContaining('bias: false'),
  })
})

it('finds it in nests, before instance norm, and in what is written by hand', () => {
  const block = sequential(sequential(conv2d(4, 3)), batchNorm())
  expect(found(block, [5, 5, 1])).toEqual(['bias-before-batch-norm sequential1.conv1'])
  const instances = sequential(conv2d(4, 3, { bias: true }), instanceNorm(), flatten(), dense(1))
  expect(found(instances, [5, 5, 1])).toEqual(['bias-before-batch-norm conv1'])
  const byHand: Model = (x, scope) => scope.call(batchNorm(), x.add(scope.parameter('shift', [3], zeros())))
  expect(modelFindings(byHand, [3])[0].message).toMatch(/^shift is taken off again by batchNorm1/)
})

it('has nothing to say where no bias is lost', () => {
  const dropped = sequential(dense(5), batchNorm(), relu(), dense(2))
  expect(found(dropped, [3])).toEqual([])
  for (const between of [relu(), dropout(), layerNorm({ beta: false })]) {
    expect(found(sequential(dense(5), between, batchNorm()), [3])).toEqual([])
  }
  // The beta of a layer norm is lost before batch norm like any bias.
  expect(found(sequential(layerNorm(), batchNorm()), [3])).toEqual(['bias-before-batch-norm layerNorm1'])
  // Layer norm does not take it off: every feature has a bias of its own.
  expect(found(sequential(dense(5, { bias: true }), layerNorm()), [3])).toEqual([])
  // One value for each place and channel is not one for each channel.
  const places: Model = (x, scope) => scope.call(batchNorm(), x.add(scope.parameter('places', [4, 3], zeros())))
  expect(found(places, [4, 3])).toEqual([])
})

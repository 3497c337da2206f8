/** A training looked at before it begins. */
import { checkup } from 'thalweg/diagnose'
import { createStore, dense, relu, sequential } from 'thalweg/nn'
import * as t from 'thalweg/tensor'
import { expect, it } from 'vitest'
import { clouds, codes, recipe } from './patients.ts'

const model = sequential(dense(32), relu(), dense(4))

it('finds nothing wrong where nothing is, and leaves the weights as they are', async () => {
  const store = createStore({ seed: 3 })
  const first = await checkup(model, { ...recipe(), store })
  const weights = store.save()
  const again = await checkup(model, { ...recipe(), store })
  expect(codes(first.findings, 'warning', 'error')).toEqual([])
  expect(first.blindLoss).toBeCloseTo(Math.log(4), 6)
  expect(first.overfit.lowest).toBeLessThan(0.2 * first.overfit.first)
  expect(again).toEqual(first)
  expect(store.save()).toEqual(weights)
})

it('finds what is wrong with data and model, and that one batch cannot be learned', async () => {
  const blocked = sequential(dense(32), (x: t.Tensor) => t.stopGradient(t.mul(x, 0)), dense(4, { bias: false }))
  const { findings } = await checkup(blocked, { ...recipe(), train: clouds({ scale: 80 }) })
  expect(codes(findings, 'warning')).toEqual(['unscaled-inputs', 'cannot-overfit-batch'])
})

it('tells of layers that a group keeps at first values, unless weights were given', async () => {
  const groups = [{ match: 'dense1', rate: 0 }]
  const fresh = await checkup(model, { ...recipe(), groups })
  const given = await checkup(model, { ...recipe(), groups, store: createStore({ seed: 3 }) })
  expect(codes(fresh.findings, 'warning')).toEqual(['frozen-layer'])
  expect(codes(given.findings, 'warning')).toEqual([])
})

it('tells of a loss that is no number where it begins, and of nothing that follows from it', async () => {
  const logarithm = (x: t.Tensor): t.Tensor => t.log(x)
  const { findings, initialLoss } = await checkup(sequential(dense(32), logarithm, dense(4)), recipe())
  expect(initialLoss).toBeNaN()
  expect(codes(findings, 'warning', 'error')).toEqual(['non-finite'])
  expect(findings[0]).toMatchObject({ origin: { op: 'log', part: 'forward', step: 1 } })
})

it('tells of weights that the first update spoils, while the loss was a number', async () => {
  const flat = (x: t.Tensor): t.Tensor => t.sqrt(t.mul(x, 0))
  const { findings, initialLoss } = await checkup(sequential(dense(32), flat, dense(4)), recipe())
  expect(initialLoss).toBeCloseTo(Math.log(4), 1)
  expect(codes(findings, 'error')).toEqual(['non-finite'])
  expect(findings.find(({ code }) => code === 'non-finite')).toMatchObject({ origin: { part: 'backward' } })
})

it('leads from one batch that cannot be learned to what was found before', async () => {
  const shut = sequential(dense(32), relu(), dense(4), relu(), (x: t.Tensor) => t.mul(x, 0.01))
  const scaled = await checkup(shut, { ...recipe(), train: clouds({ scale: 80 }) })
  const [before, after] = scaled.findings.filter(({ severity }) => severity === 'warning')
  expect([before.code, after.code]).toEqual(['unscaled-inputs', 'cannot-overfit-batch'])
  expect(after).toMatchObject({ cause: `unscaled-inputs, told before: ${before.cause}`, try: before.try })
  // Where nothing was found, it says what is usual.
  const [alone] = (await checkup(shut, recipe())).findings.filter(({ code }) => code === 'cannot-overfit-batch')
  expect(alone?.cause).toMatch(/^gradients that do not reach/)
})

/**
 * Run by garbage.slow.test.ts in a process of its own, with --expose-gc and a young generation that is never full: what steps after
 * the first compile, and what those after the first few thousand leave on the JavaScript heap.
 */
import { getHeapStatistics } from 'node:v8'
import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { arrays } from 'thalweg/data'
import { batchNorm, crossEntropy, dense, dropout, relu, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { completeOptions, openSession } from 'thalweg/train'

const { batch, width, threads } = JSON.parse(process.argv[2]) as { batch: number; width: number; threads: number }
/** So many that V8 has compiled what it compiles. */
const FIRST_STEPS = 2000
const STEPS = 250
const ROUNDS = 7

const engine = createEngine(wasmBackend({ threads, sharing: threads > 1 ? 'evenly' : 'worthwhile' }))
const settings = completeOptions({
  engine,
  train: arrays({
    inputs: Float32Array.from({ length: batch * width }, (_, i) => Math.sin(i)),
    inputShape: [width],
    labels: Int32Array.from({ length: batch }, (_, i) => i % 4),
  }),
  loss: crossEntropy(),
  optimizer: adam(),
  epochs: 1,
  batchSize: batch,
  seed: 1,
})
const session = openSession(sequential(dense(8), batchNorm(), relu(), dropout({ rate: 0.5 }), dense(4)), settings)
const rows = Int32Array.from({ length: batch }, (_, row) => row)
const moment = { learningRate: 1e-3 }

function makeSteps(count: number): void {
  for (let i = 0; i < count; i++) session.step(rows, moment)
}

makeSteps(1)
const plansBefore = engine.counts.plans
makeSteps(FIRST_STEPS)
const rounds = Array.from({ length: ROUNDS }, () => {
  globalThis.gc?.()
  const before = getHeapStatistics().used_heap_size
  makeSteps(STEPS)
  return (getHeapStatistics().used_heap_size - before) / STEPS
})
const bytesPerStep = rounds.sort((a, b) => a - b)[ROUNDS >> 1]
process.stdout.write(JSON.stringify({ plansOfSteps: engine.counts.plans - plansBefore, bytesPerStep }))

/** Threads must not be seen in any result: the same bits for any number of them. */
import { createHash } from 'node:crypto'
import { CONTRACT_OPS, contractCase, wasmBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'
import { arrays, type Dataset } from 'thalweg/data'
import {
  averagePool2d,
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  maxPool2d,
  relu,
  sequential,
} from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit } from 'thalweg/train'
import { describe, expect, test } from 'vitest'
import { bitsOf } from './ops/run-cases.ts'

/** Shares even the smallest kernels, and waits until all threads are there. */
const shared = (threads: number): Engine => createEngine(wasmBackend({ threads, sharing: 'evenly' }))
const alone = createEngine(wasmBackend({ threads: 1 }))

function images(size: number): Dataset {
  const inputs = Float32Array.from({ length: size * 8 * 8 }, (_, i) => Math.sin(i * i))
  const labels = Int32Array.from({ length: size }, (_, i) => i % 3)
  return arrays({ inputs, inputShape: [8, 8, 1], labels, classes: ['a', 'b', 'c'] })
}

/** SHA-256 of all weights, statistics and losses of a training run with a last short batch. */
async function trained(engine: Engine): Promise<string> {
  const convolution = [conv2d(5, 3, { padding: 'same' }), batchNorm(), relu(), maxPool2d(2), conv2d(8, 3), relu()]
  const model = sequential(...convolution, averagePool2d(2), flatten(), dropout({ rate: 0.3 }), dense(3))
  const options = { train: images(44), loss: crossEntropy(), optimizer: adam(), epochs: 4, batchSize: 16, seed: 1 }
  const run = await fit(model, { ...options, engine })
  const hash = createHash('sha256').update(JSON.stringify(run.history.map(({ trainLoss }) => trainLoss)))
  for (const [path, { data }] of Object.entries(run.store.save()))
    hash.update(path).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

describe('the same bits', () => {
  test('of a whole training run on one, two and three threads', async () => {
    const digests = [alone, shared(2), shared(3)].map(trained)
    const [one, two, three] = await Promise.all(digests)
    expect(two).toBe(one)
    expect(three).toBe(one)
  })

  const three = shared(3)
  test.each(CONTRACT_OPS)('of %s and its gradient', (op) => {
    const cases = [5, 14, 23, 32].map((turn) => contractCase(op, turn))
    expect(bitsOf(three, cases)).toEqual(bitsOf(alone, cases))
  })
})

describe('the number of threads', () => {
  test.each([0, 1.5, Number.NaN, 1000])('%d is refused', (threads) => {
    expect(() => wasmBackend({ threads })).toThrow('wasmBackend: the number of threads must be a whole number')
  })

  test('is among the features', () => {
    expect(wasmBackend({ threads: 1 }).features).toContain('1 thread')
    expect(wasmBackend({ threads: 2 }).features).toContain('2 threads')
  })
})

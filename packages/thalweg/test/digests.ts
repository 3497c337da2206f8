/**
 * What an engine computes, as SHA-256 of all its bits: for those who hold ways to compute against each other. The same names
 * and, where the same bits are promised, the same digests.
 */
import { createHash, type Hash } from 'node:crypto'
import { CONTRACT_OPS, contractCase } from 'thalweg/backend'
import { random, type TypedArray } from 'thalweg/base'
import { type Engine, evaluate } from 'thalweg/compile'
import { arrays, type Dataset } from 'thalweg/data'
import {
  averagePool2d,
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  type Layer,
  maxPool2d,
  relu,
  sequential,
} from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { conv2d as convolve, gradients, mul, sum, tensor } from 'thalweg/tensor'
import { fit } from 'thalweg/train'
import { bitsOf } from './ops/run-cases.ts'

/** Two small networks whose kernels, tiles and sums differ: the second has enough filters to fill every tile. */
const NETWORKS = {
  small: {
    side: 8,
    layers: (): Layer[] => [
      ...[conv2d(5, 3, { padding: 'same' }), batchNorm(), relu(), maxPool2d(2), conv2d(8, 3), relu()],
      ...[averagePool2d(2), flatten(), dropout({ rate: 0.3 }), dense(3)],
    ],
  },
  large: {
    side: 20,
    layers: (): Layer[] => [
      ...[conv2d(24, 5, { padding: 'same', strides: 2 }), batchNorm(), relu(), conv2d(32, 3, { padding: 'same' })],
      ...[
        batchNorm(),
        relu(),
        maxPool2d(2),
        conv2d(40, 1),
        relu(),
        flatten(),
        dropout({ rate: 0.3 }),
        dense(64),
        relu(),
      ],
      dense(3),
    ],
  },
} as const

export type Network = keyof typeof NETWORKS

/** Of all weights, statistics and losses of a training run with a last short batch. */
export async function digestOfTraining(engine: Engine, network: Network): Promise<string> {
  const { side, layers } = NETWORKS[network]
  const model = sequential(...layers())
  const options = {
    train: images(44, side),
    loss: crossEntropy(),
    optimizer: adam(),
    epochs: 4,
    batchSize: 16,
    seed: 1,
  }
  const run = await fit(model, { ...options, engine })
  const hash = createHash('sha256').update(JSON.stringify(run.history.map(({ trainLoss }) => trainLoss)))
  for (const [path, { data }] of Object.entries(run.store.save())) addBits(hash.update(path), data)
  return hash.digest('hex')
}

function images(size: number, side: number): Dataset {
  const inputs = Float32Array.from({ length: size * side * side }, (_, i) => Math.sin(i * i))
  const labels = Int32Array.from({ length: size }, (_, i) => i % 3)
  return arrays({ inputs, inputShape: [side, side, 1], labels, classes: ['a', 'b', 'c'] })
}

/** Values and gradients of cases of every op, by its name. */
export function digestsOfOps(engine: Engine): Record<string, string> {
  const digests = CONTRACT_OPS.map((op) => {
    const cases = [5, 14, 23, 32].map((turn) => contractCase(op, turn))
    const hash = createHash('sha256')
    for (const bits of bitsOf(engine, cases)) addBits(hash, Int32Array.from(bits))
    return [op, hash.digest('hex')] as const
  })
  return Object.fromEntries(digests)
}

/** Results and both gradients of convolutions whose sums are long, on drawn shapes. */
export function digestsOfConvolutions(engine: Engine): Record<string, string> {
  const digests = [1, 3, 5].flatMap((size) =>
    [1, 2].map((strides) => {
      const draw = random(1, `digests/${size}/${strides}`)
      const [batch, height, width] = [16 + draw.integer(17), 9 + draw.integer(8), 9 + draw.integer(8)]
      const [channels, filters] = [8 + draw.integer(32), 8 + draw.integer(32)]
      const drawn = (...shape: readonly number[]) =>
        tensor(
          Float32Array.from({ length: shape.reduce((product, each) => product * each, 1) }, () => draw.normal()),
          shape,
        )
      const [x, kernel] = [drawn(batch, height, width, channels), drawn(size, size, channels, filters)]
      const y = convolve(x, kernel, { strides, padding: 'same' })
      const slopes = gradients(sum(mul(y, drawn(...y.shape))), [x, kernel])
      const hash = createHash('sha256')
      for (const values of evaluate(
        [y, ...slopes].map(({ node }) => node),
        engine,
      ))
        addBits(hash, values)
      const name = `conv ${size}x${size}, stride ${strides}: ${x.shape.join('x')} -> ${filters}`
      return [name, hash.digest('hex')] as const
    }),
  )
  return Object.fromEntries(digests)
}

function addBits(hash: Hash, { buffer, byteOffset, byteLength }: TypedArray): void {
  hash.update(new Uint8Array(buffer, byteOffset, byteLength))
}

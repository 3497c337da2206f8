/**
 * What advice costs: the same runs with and without a babysitter, in turns, whole runs with compiling and all. On the two
 * networks that the bench times everywhere (bench/workloads.ts), on drawn digits; one thread.
 *
 *     node --conditions=source bench/faults/overhead.ts [--pairs N] [--networks mlp,cnn]
 */
import { parseArgs } from 'node:util'
import { digits } from 'thalweg/data'
import { advise } from 'thalweg/diagnose'
import {
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
import { type FitOptions, fit } from 'thalweg/train'
import { meanInterval } from './intervals.ts'

interface Network {
  readonly layers: () => readonly Layer[]
  readonly examples: number
  readonly epochs: number
}

const convBlock = (filters: number): Layer[] => [
  conv2d(filters, 3, { padding: 'same' }),
  batchNorm(),
  relu(),
  maxPool2d(2),
]

/** Runs of some seconds: shorter ones are all compiling, and nobody waits for them. */
const networks: Readonly<Record<string, Network>> = {
  mlp: {
    layers: () => [
      flatten(),
      ...[256, 128].flatMap((units) => [dense(units), batchNorm(), relu(), dropout({ rate: 0.5 })]),
      dense(10),
    ],
    examples: 12_800,
    epochs: 15,
  },
  cnn: {
    layers: () => [
      ...convBlock(32),
      ...convBlock(64),
      flatten(),
      dense(128),
      relu(),
      dropout({ rate: 0.5 }),
      dense(10),
    ],
    examples: 6400,
    epochs: 3,
  },
}

const { values: options } = parseArgs({
  options: { pairs: { type: 'string', default: '5' }, networks: { type: 'string', default: 'mlp,cnn' } },
})

async function secondsOf({ layers, epochs }: Network, train: FitOptions['train'], advised: boolean): Promise<number> {
  const started = performance.now()
  await fit(sequential(...layers()), {
    train,
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 1e-3 }),
    epochs,
    ...(advised && { babysit: advise() }),
  })
  return (performance.now() - started) / 1000
}

for (const name of options.networks.split(',')) {
  const network = networks[name]
  const train = digits({ size: network.examples })
  await secondsOf({ ...network, epochs: 1 }, train, true) // compilers tier up, caches fill
  const ratios: number[] = []
  for (let pair = 0; pair < Number(options.pairs); pair++) {
    const order = pair % 2 === 0 ? [false, true] : [true, false]
    const seconds = new Map<boolean, number>()
    for (const advised of order) seconds.set(advised, await secondsOf(network, train, advised))
    ratios.push((seconds.get(true) ?? 0) / (seconds.get(false) ?? 1) - 1)
    console.error(
      `${name}: ${(seconds.get(false) ?? 0).toFixed(2)} s, advised ${(seconds.get(true) ?? 0).toFixed(2)} s`,
    )
  }
  const sorted = [...ratios].sort((a, b) => a - b)
  const [low, high] = meanInterval(ratios)
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  console.log(
    `${name}: advice takes ${percent(sorted[Math.floor(sorted.length / 2)])} more (median of ${ratios.length} pairs; mean within ${percent(low)} to ${percent(high)})`,
  )
}

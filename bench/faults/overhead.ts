/**
 * What advice costs: the same runs with and without a babysitter, in turns, whole runs with compiling and all. On the two
 * networks that the bench times everywhere (bench/workloads.ts), on drawn digits; one thread.
 *
 *     node --conditions=source bench/faults/overhead.ts [--pairs N] [--networks mlp,cnn]
 */
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
import { names, whole } from '../../scripts/option-kinds.ts'
import { type CommandDescription, runCommand } from '../../scripts/options.ts'
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

/**
 * As many steps as 21 epochs of Fashion-MNIST for the mlp and 2 for the cnn: half a minute to one. Longer runs pay less, since
 * most is paid in the beginning.
 */
const networks: Readonly<Record<string, Network>> = {
  mlp: {
    layers: () => [
      flatten(),
      ...[256, 128].flatMap((units) => [dense(units), batchNorm(), relu(), dropout({ rate: 0.5 })]),
      dense(10),
    ],
    examples: 12_800,
    epochs: 100,
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
    epochs: 20,
  },
}

interface OverheadOptions {
  readonly pairs: number
  readonly networks: readonly string[] | undefined
}

const command: CommandDescription<OverheadOptions> = {
  name: 'node --conditions=source bench/faults/overhead.ts',
  about: 'What advice costs: the same runs with and without a babysitter, in turns.',
  options: {
    pairs: whole('N', 'runs of each', 5, { least: 2, most: 1000 }),
    networks: names('networks', Object.keys(networks)),
  },
}

interface Timing {
  /** From the call until the first step is made: compiling, looking at the data, the first reading. */
  readonly fixed: number
  /** In seconds, the first one left out. */
  readonly perStep: number
  readonly seconds: number
}

async function timeOf({ layers, epochs }: Network, train: FitOptions['train'], advised: boolean): Promise<Timing> {
  const began = performance.now()
  const since = (): number => (performance.now() - began) / 1000
  let [steps, fixed, isTraining] = [0, 0, false]
  // A batch is filled when the step before it is made, and all that was said of it.
  const timed: FitOptions['train'] = {
    ...train,
    fill(rows, inputs, targets, epoch) {
      if (isTraining && ++steps === 2) fixed = since()
      train.fill(rows, inputs, targets, epoch)
    },
  }
  await fit(sequential(...layers()), {
    train: timed,
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 1e-3 }),
    epochs,
    onEvent: ({ type }) => {
      if (type === 'start') isTraining = true
    },
    ...(advised && { babysit: advise() }),
  })
  const seconds = since()
  return { fixed, perStep: (seconds - fixed) / (steps - 1), seconds }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

await runCommand(command, async ({ pairs, networks: chosen = Object.keys(networks) }) => {
  for (const name of chosen) await compare(name, pairs)
})

async function compare(name: string, pairs: number): Promise<void> {
  const network = networks[name]
  const train = digits({ size: network.examples })
  await timeOf({ ...network, epochs: 1 }, train, true) // compilers tier up, caches fill
  const plain: Timing[] = []
  const advised: Timing[] = []
  for (let pair = 0; pair < pairs; pair++) {
    for (const watched of pair % 2 === 0 ? [false, true] : [true, false]) {
      const list = watched ? advised : plain
      list.push(await timeOf(network, train, watched))
    }
    console.error(`${name}: ${plain[pair].seconds.toFixed(2)} s, advised ${advised[pair].seconds.toFixed(2)} s`)
  }
  const of = (figure: keyof Timing) => plain.map((one, pair) => [one[figure], advised[pair][figure]] as const)
  const more = (figure: keyof Timing): number[] => of(figure).map(([without, withAdvice]) => withAdvice / without - 1)
  const [low, high] = meanInterval(more('seconds'))
  const each = median(plain.map(({ perStep }) => perStep))
  const first = median(of('fixed').map(([without, withAdvice]) => withAdvice - without))
  console.log(
    [
      `${name}: advice takes ${percent(median(more('seconds')))} more of a run of ${median(plain.map(({ seconds }) => seconds)).toFixed(1)} s`,
      `  median of ${plain.length} pairs; mean within ${percent(low)} to ${percent(high)}`,
      `  before the first step is made: ${first.toFixed(3)} s beside ${median(plain.map(({ fixed }) => fixed)).toFixed(3)} s`,
      `  in a step: ${percent(median(more('perStep')))} of ${(1000 * each).toFixed(3)} ms`,
    ].join('\n'),
  )
}

/** The two networks that the bench times everywhere (bench/workloads.ts), on drawn digits, each for half a minute to one. */
import { batchNorm, conv2d, dense, dropout, flatten, type Layer, maxPool2d, relu } from 'thalweg/nn'

export interface Network {
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

/** As many steps as 21 epochs of Fashion-MNIST for the mlp and 2 for the cnn. Longer runs pay less: most is paid early. */
export const networks: Readonly<Record<string, Network>> = {
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

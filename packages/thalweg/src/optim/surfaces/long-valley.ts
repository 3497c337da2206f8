/**
 * A long valley: a quadratic that is a hundred times as steep across as along. The steep side limits the rate of plain
 * descent, and at that rate the way along takes hundreds of steps.
 */
import { add, mul, square } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

export const longValley: Surface = {
  name: 'long-valley',
  title: 'A long valley',
  formula: '0.05 x^2 + 5 y^2',
  source:
    'the pictures of Radford, "Visualizing optimization algos" (2014), which give no formula; the analysis of Polyak, "Some methods of speeding up the convergence of iteration methods" (1964), for a condition number of 100',
  height: (x, y) => add(mul(square(x), 0.05), mul(square(y), 5)),
  domain: { x: [-10, 4], y: [-2, 2] },
  starts: [[-9, 1.2]],
  minima: [[0, 0]],
  settings: {
    // The best that plain descent can do: 2 / (0.1 + 10) would zigzag for ever.
    sgd: { learningRate: 0.18 },
    momentum: { learningRate: 0.05 },
    nesterov: { learningRate: 0.05 },
    adagrad: { learningRate: 1 },
    adadelta: { epsilon: 1e-4 },
    rmsprop: { learningRate: 0.05 },
    adam: { learningRate: 0.2 },
    adamw: { learningRate: 0.2 },
    adamax: { learningRate: 0.2 },
    nadam: { learningRate: 0.2 },
    radam: { learningRate: 0.5 },
    rprop: { learningRate: 0.1 },
    lion: { learningRate: 0.05 },
    lamb: { learningRate: 0.05 },
    muon: { learningRate: 0.2 },
  },
}

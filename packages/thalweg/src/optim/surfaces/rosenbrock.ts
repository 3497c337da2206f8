/**
 * Rosenbrock's function: finding its valley is easy, following the bend of it to the end is not. The curvatures at the
 * minimum differ 2500 times.
 */
import { add, mul, square, sub } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

export const rosenbrock: Surface = {
  name: 'rosenbrock',
  title: "Rosenbrock's function",
  formula: '(1 - x)^2 + 100 (y - x^2)^2',
  source:
    'Rosenbrock, "An automatic method for finding the greatest or least value of a function" (1960); Moré, Garbow, Hillstrom (1981), problem 1',
  height: (x, y) => add(square(sub(1, x)), mul(square(sub(y, square(x))), 100)),
  domain: { x: [-2, 2], y: [-1, 3] },
  starts: [[-1.2, 1]],
  minima: [[1, 1]],
  settings: {
    sgd: { learningRate: 0.002 },
    momentum: { learningRate: 0.001 },
    nesterov: { learningRate: 0.001 },
    adagrad: { learningRate: 0.5 },
    adadelta: { epsilon: 1e-5 },
    rmsprop: { learningRate: 0.005 },
    adam: { learningRate: 0.2 },
    adamw: { learningRate: 0.2, weightDecay: 1e-4 },
    adamax: { learningRate: 0.5 },
    nadam: { learningRate: 0.05 },
    radam: { learningRate: 0.003 },
    rprop: { learningRate: 0.01 },
    lion: { learningRate: 0.02 },
    lamb: { learningRate: 0.1 },
    muon: { learningRate: 0.2, weightDecay: 1e-4 },
  },
}

/**
 * Beale's function: a curved, nearly flat valley between walls that rise like the sixth power. Whoever starts on a wall
 * meets gradients of thousands first and of thousandths later; a rate that survives the first crawls through the second.
 */
import { add, mul, square, sub, type Tensor } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

export const beale: Surface = {
  name: 'beale',
  title: "Beale's function",
  formula: '(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2',
  source:
    'Beale, "On an iterative method for finding a local minimum of a function of more than one variable" (1958); Moré, Garbow, Hillstrom, "Testing unconstrained optimization software" (1981), problem 5',
  height(x, y) {
    const term = (target: number, power: Tensor): Tensor => square(add(sub(target, x), mul(x, power)))
    return add(add(term(1.5, y), term(2.25, square(y))), term(2.625, mul(square(y), y)))
  },
  // A part of the usual [-4.5, 4.5] x [-4.5, 4.5], outside of which there are walls alone.
  domain: { x: [-1, 4.5], y: [-2, 2.5] },
  starts: [
    [1, 1],
    [1, 1.5],
  ],
  minima: [[3, 0.5]],
  settings: {
    sgd: { learningRate: 0.02 },
    momentum: { learningRate: 0.005 },
    nesterov: { learningRate: 0.005 },
    adagrad: { learningRate: 0.5 },
    adadelta: { epsilon: 1e-5 },
    rmsprop: { learningRate: 0.02 },
    adam: { learningRate: 0.2 },
    adamw: { learningRate: 0.2, weightDecay: 1e-4 },
    adamax: { learningRate: 0.3 },
    nadam: { learningRate: 0.1 },
    radam: { learningRate: 0.02 },
    rprop: { learningRate: 0.01 },
    lion: { learningRate: 0.02 },
    lamb: { learningRate: 0.005, weightDecay: 0 },
    muon: { learningRate: 0.2, weightDecay: 1e-4 },
  },
}

/** Himmelblau's function: four minima, all of them of height 0. Which one is reached depends on the start and on speed. */
import { add, square, sub } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

export const himmelblau: Surface = {
  name: 'himmelblau',
  title: "Himmelblau's function",
  formula: '(x^2 + y - 11)^2 + (x + y^2 - 7)^2',
  source: 'Himmelblau, "Applied nonlinear programming" (1972)',
  height: (x, y) => add(square(sub(add(square(x), y), 11)), square(sub(add(x, square(y)), 7))),
  domain: { x: [-5, 5], y: [-5, 5] },
  starts: [
    [0, 0],
    [-1, -1],
    [-1, 1],
    [1, -2],
  ],
  // Beside (3, 2) the roots of a polynomial of degree nine, which have no short form.
  minima: [
    [3, 2],
    [-2.805118086952745, 3.131312518250573],
    [-3.779310253377747, -3.283185991286169],
    [3.584428340330492, -1.848126526964404],
  ],
  settings: {
    sgd: { learningRate: 0.01 },
    momentum: { learningRate: 0.005 },
    nesterov: { learningRate: 0.005 },
    adagrad: { learningRate: 0.5 },
    adadelta: { epsilon: 1e-4 },
    rmsprop: { learningRate: 0.05 },
    adam: { learningRate: 0.2 },
    adamw: { learningRate: 0.2 },
    adamax: { learningRate: 0.2 },
    nadam: { learningRate: 0.1 },
    radam: { learningRate: 0.02 },
    rprop: { learningRate: 0.1 },
    lion: { learningRate: 0.05 },
    lamb: { learningRate: 0.01 },
    muon: { learningRate: 0.2 },
  },
}

/**
 * Rastrigin's function: a bowl with a dent around every pair of whole numbers. Descent ends in the dent that it starts in;
 * only what carries enough speed leaves it.
 */
import { add, cos, mul, square, sub, type Tensor } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

export const rastrigin: Surface = {
  name: 'rastrigin',
  title: "Rastrigin's function",
  formula: '20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)',
  source: 'Rastrigin, "Systems of extremal control" (1974)',
  height(x, y) {
    const bowl = (z: Tensor): Tensor => sub(square(z), mul(cos(mul(z, 2 * Math.PI)), 10))
    return add(add(bowl(x), bowl(y)), 20)
  },
  domain: { x: [-5.12, 5.12], y: [-5.12, 5.12] },
  starts: [[-3.4, 2.7]],
  minima: [[0, 0]],
  settings: {
    sgd: { learningRate: 0.001 },
    momentum: { learningRate: 0.005 },
    nesterov: { learningRate: 0.005 },
    adagrad: { learningRate: 0.2 },
    adadelta: { epsilon: 1e-4 },
    rmsprop: { learningRate: 0.02 },
    adam: { learningRate: 0.2 },
    adamw: { learningRate: 0.2 },
    adamax: { learningRate: 0.2 },
    nadam: { learningRate: 0.1 },
    radam: { learningRate: 0.01 },
    rprop: { learningRate: 0.1 },
    lion: { learningRate: 0.02 },
    lamb: { learningRate: 0.01 },
    muon: { learningRate: 0.2 },
  },
}

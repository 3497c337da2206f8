/**
 * RAdam (Liu, Jiang, He, Chen, Liu, Gao, Han, ICLR 2020, algorithm 2): Adam whose adaptive rate is held back while too
 * few gradients have been seen to estimate their variance, and left out (plain momentum) while it has no variance at all.
 */
import {
  add,
  div,
  expm1,
  less,
  lessEqual,
  maximum,
  mul,
  select,
  sqrt,
  square,
  sub,
  type Tensor,
} from '../tensor/index.ts'
import { checkMoments, checkPositive } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { biasCorrection, blend, blendSquare, penalized } from './parts.ts'

export interface RadamOptions {
  /** Default 0.001. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number
  /** Share of the mean square that is kept, in (0, 1). Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number
}

const DEFAULTS: Required<RadamOptions> = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
}

/** Above this length of the averaged window the variance is tractable (PyTorch's bound; the paper's is 4). */
const TRACTABLE = 5

export function radam(options: RadamOptions = {}): Optimizer {
  const complete = completed('radam', options, DEFAULTS)
  const { learningRate, beta1, beta2, epsilon, weightDecay } = complete
  checkMoments('radam', complete)
  checkPositive('radam', 'beta2', beta2, 'use 0.999')
  const longest = 2 / (1 - beta2) - 1
  return {
    name: 'radam',
    options: { ...complete },
    learningRate,
    init: (shape) => ({ mean: { shape, value: 0 }, squares: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const g = penalized(gradient, parameter, weightDecay, context)
      const mean = blend(beta1, state.mean, g)
      const squares = blendSquare(beta2, state.squares, g)
      const length = windowLength(beta2, context.step)
      const tractable = less(TRACTABLE, length)
      const above = maximum(length, TRACTABLE)
      const ratio = mul(div(mul(sub(above, 4), sub(above, 2)), above), longest / ((longest - 4) * (longest - 2)))
      const rectified = mul(sqrt(ratio), sqrt(biasCorrection(beta2, context.step)))
      const scale = select(tractable, div(rectified, add(sqrt(squares), epsilon)), 1)
      const rate = div(context.learningRate, biasCorrection(beta1, context.step))
      return { parameter: sub(parameter, mul(mul(mean, rate), scale)), state: { mean, squares } }
    },
  }
}

/**
 * `2 / (1 - beta) - 1 - 2 t beta^t / (1 - beta^t)`, the number of gradients that the moving average stands for (equation
 * 4 and below). Its two large terms nearly cancel in early steps. With L = -ln beta and u = t L the last one is
 * `2 / L * u / (exp(u) - 1)`, so what remains is a constant, which float64 works out here, and `2 / L * (1 - u / (exp(u)
 * - 1))`, of which small u take the series (Bernoulli numbers): u / 2 - u^2 / 12 + u^4 / 720 - u^6 / 30240 + u^8 / 1209600.
 */
function windowLength(beta: number, step: Tensor): Tensor {
  const scale = -2 / Math.log(beta)
  const u = mul(step, -Math.log(beta))
  const small = lessEqual(u, 0.5)
  const s = square(u)
  const tail = mul(s, add(mul(s, add(mul(s, 1 / 1209600), -1 / 30240)), 1 / 720))
  const series = add(mul(u, 0.5), mul(s, add(tail, -1 / 12)))
  const direct = sub(1, div(u, expm1(u)))
  return add(mul(select(small, series, direct), scale), 2 / (1 - beta) - 1 - scale)
}

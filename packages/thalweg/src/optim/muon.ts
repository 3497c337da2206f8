/**
 * Muon (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024,
 * https://kellerjordan.github.io/posts/muon/): momentum whose step, a matrix, is replaced by the nearest matrix with
 * orthogonal rows or columns, so that no direction of a layer is left behind. The nearest one is found by a few steps of
 * Newton and Schulz, products of matrices alone. Scaling and weight decay after Liu et al., "Muon is scalable for LLM
 * training" (2025), equations 3 and 4: a step has the size that Adam's would have, so AdamW's rates and decays fit.
 *
 * A convolution's kernel [height, width, in, out] is the matrix [height * width * in, out]. Parameters of fewer than two
 * axes are AdamW's, at the same rate. The authors also give the first and last layer to AdamW; a group can do that:
 * `groups: [{ match: 'head', optimizer: adamw() }]`.
 */
import { type Shape, sizeOf } from '../base/index.ts'
import { add, div, matmul, mul, reshape, sqrt, square, sub, sum, type Tensor, transpose } from '../tensor/index.ts'
import { adamw } from './adam.ts'
import { checkChoice, checkEpsilon, checkLearningRate, checkShare, checkSteps, checkWeightDecay } from './checks.ts'
import type { Optimizer } from './optimizer.ts'
import { completed } from './options.ts'
import { blend, shrunk } from './parts.ts'

export interface MuonOptions {
  /** Default 0.001. */
  readonly learningRate?: number
  /** Share of the mean gradient that is kept, in [0, 1); a schedule may change it. Default 0.95. */
  readonly momentum?: number
  /** Whether the newest gradient counts again in the step (Nesterov). Default true. */
  readonly nesterov?: boolean
  /** Steps of Newton and Schulz. Default 5, which brings every singular value to about 0.7 to 1.2. */
  readonly iterations?: number
  /**
   * Size of the step of a matrix [M, N]: `rms` is `0.2 sqrt(max(M, N))`, the root mean square of Adam's steps; `spectral`
   * is `sqrt(max(1, out / in))`, with which rates are those of the first paper, such as 0.02. Default `rms`.
   */
  readonly scale?: 'rms' | 'spectral'
  /** Decoupled. Default 0.1. */
  readonly weightDecay?: number
  /** AdamW's, for parameters that are no matrices. Default 0.9, 0.999 and 1e-8. */
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

const DEFAULTS: Required<MuonOptions> = {
  learningRate: 0.001,
  momentum: 0.95,
  nesterov: true,
  iterations: 5,
  scale: 'rms',
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
}

export function muon(options: MuonOptions = {}): Optimizer {
  const complete = completed('muon', options, DEFAULTS)
  const { learningRate, momentum, nesterov, iterations, scale, weightDecay, beta1, beta2, epsilon } = complete
  checkLearningRate('muon', learningRate)
  checkShare('muon', 'momentum', momentum)
  checkSteps('muon', 'iterations', iterations)
  checkChoice('muon', 'scale', scale, ['rms', 'spectral'])
  checkWeightDecay('muon', weightDecay)
  checkShare('muon', 'beta1', beta1)
  checkShare('muon', 'beta2', beta2)
  checkEpsilon('muon', epsilon)
  const others = adamw({ learningRate, beta1, beta2, epsilon, weightDecay })
  return {
    name: 'muon',
    options: { ...complete },
    learningRate,
    momentum,
    init: (shape) => (shape.length < 2 ? others.init(shape) : { mean: { shape, value: 0 } }),
    update(gradient, parameter, state, context) {
      const { shape } = parameter
      // A schedule of momentum is Muon's: AdamW's own beta1 stays.
      if (shape.length < 2) return others.update(gradient, parameter, state, { ...context, momentum: undefined })
      const kept = context.momentum ?? momentum
      const mean = blend(kept, state.mean, gradient)
      const direction = nesterov ? blend(kept, mean, gradient) : mean
      const [rows, columns] = matrixOf(shape)
      const orthogonal = orthogonalized(reshape(direction, [rows, columns]), iterations)
      const size = scale === 'rms' ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, columns / rows))
      const step = mul(reshape(orthogonal, shape), mul(context.learningRate, size))
      return { parameter: sub(shrunk(parameter, weightDecay, context), step), state: { mean } }
    },
  }
}

/** Everything that is summed over, and the outputs: [kernelHeight * kernelWidth * in, out]. */
function matrixOf(shape: Shape): [rows: number, columns: number] {
  const columns = shape[shape.length - 1]
  return [sizeOf(shape.slice(0, -1)), columns]
}

/** `p(x) = a x + b x^3 + c x^5`: the slope at 0 is as large as it can be while values up to 1 end near 1 (Jordan 2024). */
const [A, B, C] = [3.4445, -4.775, 2.0315]
const SMALLEST_NORM = 1e-7

/**
 * U p(S) V' for `matrix` = U S V', with p applied `iterations` times to singular values that were brought below 1 first:
 * nearly U V'. Works on the side where the products are smaller.
 */
export function orthogonalized(matrix: Tensor, iterations: number): Tensor {
  const isTall = matrix.shape[0] > matrix.shape[1]
  let x = isTall ? transpose(matrix) : matrix
  x = div(x, add(sqrt(sum(square(x))), SMALLEST_NORM))
  for (let i = 0; i < iterations; i++) {
    const gram = matmul(x, x, { transposeB: true })
    const polynomial = add(mul(gram, B), mul(matmul(gram, gram), C))
    x = add(mul(x, A), matmul(polynomial, x))
  }
  return isTall ? transpose(x) : x
}

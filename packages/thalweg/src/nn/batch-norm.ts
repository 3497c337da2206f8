/**
 * Batch normalization (Ioffe and Szegedy, ICML 2015, algorithm 1; the article's section 5): per channel, the batch's
 * mean is taken off and its standard deviation divided out, then a learned scale and shift are applied. The channel is
 * the last axis; statistics run over the batch and, for images, over height and width.
 *
 * In training the batch's own (biased) variance normalizes; the running average takes the unbiased one, as PyTorch does.
 * `momentum` is the share of the old running value that is kept, as in Keras: PyTorch's momentum 0.1 is 0.9 here.
 * A channel of one value has no unbiased variance: such a batch leaves the running variance as it was. With momentum
 * `cumulative` the running statistics are plain means over all batches of training: the article's population formula as
 * it stands, and PyTorch's momentum None. They remember the network of the first steps as well as that of the last.
 *
 * It may stand before an activation, as the article has it, or after one: it asks nothing of what is around it. Before, it
 * sees sums of many terms, which are nearer to a normal distribution than what a rectifier leaves of them.
 */
import { formatShape, ThalwegError } from '../base/index.ts'
import { add, div, mean, mul, rsqrt, square, sub, type Tensor } from '../tensor/index.ts'
import { checkNames, checkPositive, checkShare } from './checks.ts'
import { ones, zeros } from './initializers/constant.ts'
import type { Layer, Scope } from './layer.ts'

export interface BatchNormOptions {
  /**
   * Share of the old running mean and variance that each step keeps, in [0, 1), or `cumulative` for the mean over all steps.
   * Default 0.9.
   */
  readonly momentum?: number | 'cumulative'
  /** Added to the variance under the root. Default 1e-5. */
  readonly epsilon?: number
  /** Whether to learn the scale. Default true. */
  readonly gamma?: boolean
  /** Whether to learn the shift. Default true. */
  readonly beta?: boolean
  readonly name?: string
}

/**
 * [batch, channels] or [batch, ..., channels] to the same shape. Parameters: `gamma`, `beta` [channels], without weight
 * decay. States: `runningMean`, `runningVariance` [channels]; with `cumulative` also `batches` [], their number so far.
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape` for an input without a channel axis
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  const { momentum = 0.9, epsilon = 1e-5, gamma = true, beta = true, name } = options
  checkNames('batchNorm', options, { momentum, epsilon, gamma, beta, name })
  if (momentum !== 'cumulative')
    checkShare('batchNorm', 'momentum', momentum, "give the share that is kept; PyTorch's momentum 0.1 is 0.9 here")
  checkPositive('batchNorm', 'epsilon', epsilon, 'use 1e-5 or 1e-3')
  return {
    kind: 'batchNorm',
    name,
    options: { momentum, epsilon, gamma, beta },
    centersChannels: true,
    forward(x, scope) {
      if (x.shape.length < 2) {
        throw new ThalwegError('nn/bad-input-shape', {
          rule: 'batchNorm: the input must be [batch, channels] or [batch, ..., channels]',
          received: formatShape(x.shape),
          try: 'add the missing axis; the channel is the last one',
        })
      }
      const shape = [x.shape[x.shape.length - 1]]
      const scale = gamma ? scope.parameter('gamma', shape, ones(), { decay: false }) : undefined
      const shift = beta ? scope.parameter('beta', shape, zeros(), { decay: false }) : undefined
      const runningMean = scope.state('runningMean', shape, 0)
      const runningVariance = scope.state('runningVariance', shape, 1)
      if (!scope.training) return normalize(sub(x, runningMean), runningVariance, epsilon, scale, shift)

      const axes = x.shape.slice(0, -1).map((_, axis) => axis)
      const count = axes.reduce((product, axis) => product * x.shape[axis], 1)
      const batchMean = mean(x, { axes })
      const centered = sub(x, batchMean)
      const batchVariance = mean(square(centered), { axes })
      const kept = momentum === 'cumulative' ? shareOfOld(scope) : momentum
      scope.assign('runningMean', blend(kept, runningMean, batchMean))
      if (count > 1) {
        const unbiased = mul(batchVariance, count / (count - 1))
        scope.assign('runningVariance', blend(kept, runningVariance, unbiased))
      }
      return normalize(centered, batchVariance, epsilon, scale, shift)
    },
  }
}

/** `centered * gamma / sqrt(variance + epsilon) + beta`, with one factor per channel worked out first. */
function normalize(
  centered: Tensor,
  variance: Tensor,
  epsilon: number,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
): Tensor {
  const inverse = rsqrt(add(variance, epsilon))
  const scaled = mul(centered, gamma ? mul(gamma, inverse) : inverse)
  return beta ? add(scaled, beta) : scaled
}

/** n / (n + 1) after n batches, so that each weighs the same in the mean. */
function shareOfOld(scope: Scope): Tensor {
  const batches = scope.state('batches', [], 0)
  const next = add(batches, 1)
  scope.assign('batches', next)
  return div(batches, next)
}

function blend(kept: number | Tensor, old: Tensor, now: Tensor): Tensor {
  const share = typeof kept === 'number' ? 1 - kept : sub(1, kept)
  return add(mul(old, kept), mul(now, share))
}

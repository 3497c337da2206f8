/** A fully connected layer, `x W + b`. */
import { formatShape, ThalwegError } from '../base/index.ts'
import { matmul } from '../tensor/index.ts'
import { checkCount, checkNames } from './checks.ts'
import { zeros } from './initializers/constant.ts'
import { describeInitializer, type Initializer } from './initializers/initializer.ts'
import { he } from './initializers/scaled.ts'
import { addBias, type BiasOptions, type Layer } from './layer.ts'

export interface DenseOptions extends BiasOptions {
  /** Default He, for rectifiers. */
  readonly initializer?: Initializer
  readonly name?: string
}

/**
 * [batch, ..., in] -> [batch, ..., units]: acts on the last axis. Parameters: `weight` [in, units], `bias` [units].
 *
 * @throws ThalwegError `nn/bad-option`; `nn/bad-input-shape` for an input without a batch axis
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  const { bias = 'auto', initializer = he(), biasInitializer = zeros(), name } = options
  checkNames('dense', options, { bias, initializer, biasInitializer, name })
  checkCount('dense', 'units', units)
  return {
    kind: 'dense',
    name,
    options: {
      units,
      bias,
      initializer: describeInitializer(initializer),
      biasInitializer: describeInitializer(biasInitializer),
    },
    forward(x, scope) {
      if (x.shape.length < 2) {
        throw new ThalwegError('nn/bad-input-shape', {
          rule: 'dense: the input must be [batch, features]',
          received: formatShape(x.shape),
          try: 'add a batch axis in front, or put flatten() before this layer',
        })
      }
      const weight = scope.parameter('weight', [x.shape[x.shape.length - 1], units], initializer)
      const product = matmul(x, weight)
      return addBias(product, { bias, biasInitializer }, scope)
    },
  }
}

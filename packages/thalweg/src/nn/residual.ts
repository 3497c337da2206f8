/**
 * A way around some layers: what they make of the input is added to the input itself (He, Zhang, Ren and Sun, CVPR 2016,
 * equations 1 and 2). Gradients pass the sum unchanged, so that depth does not make them vanish.
 */

import { formatShape, ThalwegError } from '../base/index.ts'
import { add } from '../tensor/index.ts'
import { checkNames } from './checks.ts'
import type { Layer, Model } from './layer.ts'
import { asLayer, named } from './sequential.ts'

export interface ResidualOptions {
  /**
   * What the other way does to the input: a convolution 1x1 where the number of channels or the size of the image changes.
   * Default nothing: the input itself is added.
   */
  readonly shortcut?: Model
  readonly name?: string
}

/**
 * [batch, ...] to the shape that `main` makes of it: `main(x) + shortcut(x)`. Weights are found below `main` and
 * `shortcut`. End `main` with `dropPath()` for stochastic depth.
 *
 * @throws ThalwegError `nn/bad-option` where the two ways end in different shapes; `nn/unknown-option`; `nn/not-a-layer`, also
 * for layers where the options should stand
 */
export function residual(main: Model, options: ResidualOptions = {}): Layer {
  refuseLayer(options)
  const { shortcut, name } = options
  checkNames('residual', options, { shortcut, name })
  const branch = named('main', asLayer('residual', main, 0))
  const around = shortcut && named('shortcut', asLayer('residual', shortcut, 1))
  return {
    kind: 'residual',
    name,
    options: { main: branch.kind, shortcut: around?.kind },
    forward(x, scope) {
      const made = scope.call(branch, x)
      const kept = around ? scope.call(around, x) : x
      if (formatShape(made.shape) !== formatShape(kept.shape)) {
        throw new ThalwegError('nn/bad-option', {
          rule: 'residual: both ways must end in the same shape',
          received: `main ${formatShape(made.shape)}, ${around ? 'shortcut' : 'the input'} ${formatShape(kept.shape)}`,
          try: 'give a shortcut that makes the same shape, such as { shortcut: conv2d(filters, 1, { strides }) }',
        })
      }
      return add(made, kept)
    },
  }
}

/** `residual(a, b, c)` reads like `sequential(a, b, c)`; where types are not checked, all but `a` would be lost. */
function refuseLayer(options: ResidualOptions | Model): void {
  if (typeof options !== 'function' && !(typeof options === 'object' && options !== null && 'forward' in options))
    return
  throw new ThalwegError('nn/not-a-layer', {
    rule: 'residual: it takes one layer, and then options',
    received: `another layer in the place of the options${'kind' in options ? `, ${options.kind}` : ''}`,
    try: 'make one of them: residual(sequential(a, b, c))',
  })
}

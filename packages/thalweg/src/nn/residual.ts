/**
 * A way around some layers: what they make of the input is added to the input itself (He, Zhang, Ren and Sun, CVPR 2016,
 * equations 1 and 2). Gradients pass the sum unchanged, so that depth does not make them vanish.
 */
import { formatShape, ThalwegError } from '../base/index.ts'
import { add } from '../tensor/index.ts'
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
 * @throws ThalwegError `nn/bad-option` where the two ways end in different shapes; `nn/not-a-layer`
 */
export function residual(main: Model, { shortcut, name }: ResidualOptions = {}): Layer {
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

/**
 * Stochastic depth (Huang, Sun, Liu, Sedra, Weinberger, ECCV 2016), "drop path": the whole branch is dropped, example by
 * example. It goes at the end of a residual branch, whose other way keeps the example alive.
 */
import { checkNames } from '../checks.ts'
import type { Layer } from '../layer.ts'
import { dropped } from './dropout.ts'
import { type DropProbability, probabilityOf } from './probability.ts'

export type DropPathOptions = DropProbability & { readonly name?: string }

/**
 * [batch, ...] to the same shape; kept examples are scaled by 1 / keep in training. (The paper scales at test time.)
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function dropPath(options: DropPathOptions = {}): Layer {
  const { rate, keep } = probabilityOf('dropPath', options)
  checkNames('dropPath', options, { rate, keep, name: options.name })
  return {
    kind: 'dropPath',
    name: options.name,
    options: { rate },
    forward(x, scope) {
      if (!scope.training || rate === 0) return x
      const examples = x.shape.map((size, axis) => (axis === 0 ? size : 1))
      return dropped(x, scope, examples, keep, 1 / keep)
    },
  }
}

/**
 * Dropout (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, JMLR 2014; the article's section 8): in training,
 * values are set to zero at random, each step others, as if many models that share their weights were trained.
 *
 * What is scaled so that sums keep their expectation is a choice. `scaling: 'training'`, the inverted form, divides what is
 * kept by its probability, and nothing is left to do afterwards. `scaling: 'inference'`, the article's and the paper's
 * form, leaves training alone and multiplies by that probability at test time. In expectation they are the same net; the
 * weights are not interchangeable: those after the layer are smaller by the factor `keep` in the inverted form.
 */
import { less, mul, select, type Tensor } from '../../tensor/index.ts'
import { checkChoice, checkNames } from '../checks.ts'
import type { Layer, Scope } from '../layer.ts'
import { type DropProbability, probabilityOf } from './probability.ts'

export type DropoutOptions = DropProbability & {
  /** When values are scaled. Default `training`, the inverted form; `inference` is the article's. */
  readonly scaling?: 'training' | 'inference'
  readonly name?: string
}

/**
 * Any shape. The article's `rand < p` is `dropout({ keep: p, scaling: 'inference' })`.
 *
 * @throws ThalwegError `nn/bad-option`
 */
export function dropout(options: DropoutOptions = {}): Layer {
  const { scaling = 'training', name } = options
  const { rate, keep } = probabilityOf('dropout', options)
  checkNames('dropout', options, { rate, keep, scaling, name })
  checkChoice('dropout', 'scaling', scaling, ['training', 'inference'])
  return {
    kind: 'dropout',
    name,
    options: { rate, scaling },
    forward(x, scope) {
      if (rate === 0) return x
      if (!scope.training) return scaling === 'training' ? x : mul(x, keep)
      return dropped(x, scope, x.shape, keep, scaling === 'training' ? 1 / keep : 1)
    },
  }
}

/** One draw for each place of `shape`, which x broadcasts to: kept values are multiplied by `scale`, the others 0. */
export function dropped(x: Tensor, scope: Scope, shape: readonly number[], keep: number, scale: number): Tensor {
  const kept = less(scope.uniform(shape), keep)
  // Not a product with zeros: what is dropped may be infinite.
  return select(kept, scale === 1 ? x : mul(x, scale), 0)
}

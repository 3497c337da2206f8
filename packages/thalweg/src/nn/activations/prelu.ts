/** A leaky rectifier whose slope is learned (He, Zhang, Ren, Sun, ICCV 2015, section 2.1). */
import { lessEqual, mul, select, type Tensor } from '../../tensor/index.ts'
import { checkFinite, checkNames } from '../checks.ts'
import { constant } from '../initializers/constant.ts'
import type { Layer } from '../layer.ts'

export interface PreluOptions {
  /** The slope at first. Default 0.25, as in the paper. */
  readonly initial?: number
  /** One slope for the whole layer, or one per channel (the last axis). Default true: one. */
  readonly shared?: boolean
  readonly name?: string
}

/** Parameter: `slope` [1] or [channels], without weight decay (the paper: decay would pull it towards a plain ReLU). */
export function prelu(options: PreluOptions = {}): Layer {
  const { initial = 0.25, shared = true, name } = options
  checkNames('prelu', options, { initial, shared, name })
  checkFinite('prelu', 'initial', initial)
  return {
    kind: 'prelu',
    name,
    options: { initial, shared },
    forward(x, scope) {
      const size = shared ? 1 : (x.shape.at(-1) ?? 1)
      return sloped(x, scope.parameter('slope', [size], constant(initial), { decay: false }))
    },
  }
}

function sloped(x: Tensor, slope: Tensor): Tensor {
  return select(lessEqual(x, 0), mul(x, slope), x)
}

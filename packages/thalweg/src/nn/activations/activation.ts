/**
 * How an activation is made: one name that is a layer when it is called with options, `elu({ alpha: 0.5 })`, and a plain
 * function when it is called with a tensor, `elu(x, { alpha: 0.5 })`.
 */

import { Tensor } from '../../tensor/index.ts'
import { checkNames } from '../checks.ts'
import type { Layer } from '../layer.ts'

/** For activations without options. */
export interface NoOptions {
  readonly [option: string]: never
}

export interface LayerName {
  readonly name?: string
}

export interface Activation<Options extends object = NoOptions> {
  /** As a layer. */
  (options?: Options & LayerName): Layer
  /** As a function, element by element unless it says otherwise. */
  (x: Tensor, options?: Options): Tensor
}

/** `check` refuses bad options with a three-line error; it is called when the layer is made, not when it runs. */
export function activation<Options extends object>(
  kind: string,
  defaults: Required<Options>,
  apply: (x: Tensor, options: Required<Options>) => Tensor,
  check?: (options: Required<Options>) => void,
): Activation<Options> {
  function complete(options: Options | undefined): Required<Options> {
    if (options) checkNames(kind, options, { ...defaults, name: undefined })
    const all = { ...defaults, ...options }
    check?.(all)
    return all
  }
  function call(options?: Options & LayerName): Layer
  function call(x: Tensor, options?: Options): Tensor
  function call(first?: (Options & LayerName) | Tensor, options?: Options): Layer | Tensor {
    // `sequential(relu)`: a function is a layer, and every layer is called with the scope in second place.
    const isScope = options !== undefined && 'parameter' in options
    if (first instanceof Tensor) return apply(first, complete(isScope ? undefined : options))
    const { name, ...given } = { name: undefined, ...first }
    const all = complete(given as unknown as Options)
    return { kind, name, options: all as Readonly<Record<string, unknown>>, forward: (x) => apply(x, all) }
  }
  return call
}

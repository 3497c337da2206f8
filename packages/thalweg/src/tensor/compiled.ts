/** A function of tensors as a function of arrays: recorded and compiled once per list of shapes, then only run. */
import type { DType, Shape, TypedArray } from '../base/index.ts'
import { createStep, defaultEngine, type Engine, type Step } from '../compile/index.ts'
import { type ArrayLike, valuesOf } from './create.ts'
import { Tensor } from './tensor.ts'

/** An argument of a compiled function: nested lists, or values with their shape. */
export type Argument = ArrayLike | { readonly data: TypedArray; readonly shape: Shape; readonly dtype?: DType }

export interface CompiledOptions {
  readonly engine?: Engine
}

/**
 * `compiled((x, w) => x.matmul(w))` takes arrays and gives an array (a list of them where the function returns a list).
 * Inside, `assign` may set variables. New shapes compile again.
 */
export function compiled(
  fn: (...tensors: Tensor[]) => Tensor,
  options?: CompiledOptions,
): (...values: Argument[]) => TypedArray
export function compiled(
  fn: (...tensors: Tensor[]) => readonly Tensor[],
  options?: CompiledOptions,
): (...values: Argument[]) => TypedArray[]
export function compiled(
  fn: (...tensors: Tensor[]) => Tensor | readonly Tensor[],
  options: CompiledOptions = {},
): (...values: Argument[]) => TypedArray | TypedArray[] {
  let single = false
  let step: Step | undefined

  function stepOf(): Step {
    step ??= createStep(options.engine ?? defaultEngine(), (inputs) => {
      const result = fn(...inputs.map((node) => new Tensor(node)))
      single = result instanceof Tensor
      return (result instanceof Tensor ? [result] : result).map(({ node }) => node)
    })
    return step
  }

  return (...values) => {
    const slots = values.map(slotOf)
    const plan = stepOf().plan(slots)
    plan.run(slots.map(({ data }) => data))
    const results = plan.graph.outputs.map((_, output) => plan.read(output))
    return single ? results[0] : results
  }
}

function slotOf(value: Argument, position: number): { name: string; shape: Shape; dtype: DType; data: TypedArray } {
  const name = `argument${position}`
  if (typeof value === 'object' && 'shape' in value) {
    const dtype = value.dtype ?? (value.data instanceof Int32Array ? 'int32' : 'float32')
    return { name, shape: value.shape, dtype, data: value.data }
  }
  return { name, ...valuesOf(value) }
}

/** A function of tensors as a function of arrays: recorded and compiled once per list of shapes, then only run. */
import { type DType, formatShape, type Shape, ThalwegError, type TypedArray } from '../base/index.ts'
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
 *
 * @throws ThalwegError `tensor/missing-argument`, `tensor/bad-argument`, `tensor/not-a-tensor` when it is called
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
      const results = result instanceof Tensor ? [result] : result
      requireTensors(results)
      return results.map(({ node }) => node)
    })
    return step
  }

  return (...values) => {
    if (values.length < fn.length) throw missingArgument(values.length, fn.length)
    const slots = values.map(slotOf)
    const plan = stepOf().plan(slots)
    plan.run(slots.map(({ data }) => data))
    const results = plan.graph.outputs.map((_, output) => plan.read(output))
    return single ? results[0] : results
  }
}

function slotOf(value: Argument, position: number): { name: string; shape: Shape; dtype: DType; data: TypedArray } {
  const name = `argument${position}`
  requireValues(value, position)
  if (typeof value === 'object' && 'shape' in value) {
    const dtype = value.dtype ?? (value.data instanceof Int32Array ? 'int32' : 'float32')
    return { name, shape: value.shape, dtype, data: value.data }
  }
  return { name, ...valuesOf(value) }
}

function requireValues(value: unknown, position: number): void {
  const isObject = typeof value === 'object' && value !== null && !(value instanceof Tensor)
  if (typeof value === 'number' || (isObject && (Symbol.iterator in value || ('data' in value && 'shape' in value))))
    return
  throw new ThalwegError('tensor/bad-argument', {
    rule: 'compiled: an argument must be values: a number, lists of numbers, or { data, shape }',
    received: `${value instanceof Tensor ? `a tensor ${formatShape(value.shape)}` : String(value)} for argument ${position} (from 0)`,
    try:
      value instanceof Tensor
        ? 'give { data: tensor.read(), shape: tensor.shape }, or use the tensor inside of the function'
        : 'give an array, such as [[1, 2], [3, 4]]',
  })
}

/** Types say so, but a program without them may have forgotten a `return`. */
function requireTensors(results: unknown): void {
  if (Array.isArray(results) && results.every((result) => result instanceof Tensor)) return
  throw new ThalwegError('tensor/not-a-tensor', {
    rule: 'compiled: the function must return a tensor, or a list of them',
    received: Array.isArray(results) ? 'a list with something else in it' : typeof results,
    try: 'return the tensor that is to be computed',
  })
}

function missingArgument(given: number, wanted: number): ThalwegError {
  return new ThalwegError('tensor/missing-argument', {
    rule: 'compiled: the call must give a value for each parameter of the function',
    received: `${given} of ${wanted} values`,
    try: 'give the others too; a parameter that never changes can be a tensor outside of the function',
  })
}

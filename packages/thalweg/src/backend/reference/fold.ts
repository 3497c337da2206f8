/** Ops that fold axes, always in row-major order of what is folded. */
import { reduceShape, type Shape, sizeOf, stridesOf } from '../../base/index.ts'
import type { NodeOf, ReduceOp } from '../../graph/index.ts'
import { type Evaluate, resultOf, type Values } from './value.ts'
import { placesOf } from './walk.ts'

const INT32_MIN = -0x80000000
const INT32_MAX = 0x7fffffff

/** The strides of the axes that `keep` says yes to. */
function stridesWhere(shape: Shape, keep: (axis: number) => boolean): number[] {
  return stridesOf(shape).filter((_, axis) => keep(axis))
}

function fold(
  node: NodeOf<ReduceOp>,
  x: Values,
  start: number,
  combine: (sum: number, value: number) => number,
): Values {
  const { shape } = node.inputs[0]
  const { axes } = node.attributes
  const folded = shape.filter((_, axis) => axes.includes(axis))
  const starts = placesOf(
    node.shape,
    stridesWhere(shape, (axis) => !axes.includes(axis)),
  )
  const steps = placesOf(
    folded,
    stridesWhere(shape, (axis) => axes.includes(axis)),
  )
  const result = resultOf(node).fill(start)
  for (let i = 0; i < result.length; i++) {
    let total = start
    for (let j = 0; j < steps.length; j++) total = combine(total, x[starts[i] + steps[j]])
    result[i] = total
  }
  return result
}

export const FOLD: { readonly [Op in ReduceOp | 'argmax']: Evaluate<Op> } = {
  sum: (node, [x]) =>
    node.dtype === 'int32'
      ? fold(node, x, 0, (sum, value) => (sum + value) | 0)
      : fold(node, x, 0, (sum, v) => sum + v),
  reduceMax: (node, [x]) => fold(node, x, node.dtype === 'int32' ? INT32_MIN : -Infinity, Math.max),
  reduceMin: (node, [x]) => fold(node, x, node.dtype === 'int32' ? INT32_MAX : Infinity, Math.min),

  argmax: (node, [x]) => {
    const { shape } = node.inputs[0]
    const { axis } = node.attributes
    const starts = placesOf(
      reduceShape(shape, [axis], false),
      stridesWhere(shape, (other) => other !== axis),
    )
    const step = stridesOf(shape)[axis]
    const result = new Int32Array(sizeOf(node.shape))
    for (let i = 0; i < result.length; i++) {
      let best = 0
      for (let j = 1; j < shape[axis]; j++) if (isLarger(x[starts[i] + j * step], x[starts[i] + best * step])) best = j
      result[i] = best
    }
    return result
  },
}

/** Whether a later value takes the place of the largest so far: NaN beats every number, and the first NaN stays. */
export function isLarger(value: number, largest: number): boolean {
  return value > largest || (Number.isNaN(value) && !Number.isNaN(largest))
}

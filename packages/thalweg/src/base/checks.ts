/** Checks of what users pass, shared by all rooms above: each says the rule, what came, and one thing to try. */
import { ThalwegError } from './errors.ts'
import { formatShape, type Shape, sizeOf } from './shape.ts'

/** `axis` counted from the left. Negative ones count from the right: -1 is the last. */
export function checkedAxis(what: string, axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis
  if (Number.isInteger(axis) && counted >= 0 && counted < rank) return counted
  throw new ThalwegError('tensor/invalid-axis', {
    rule: `${what}: an axis must lie in ${-rank}..${rank - 1} for ${rank} dimensions`,
    received: `axis ${axis}`,
    try:
      rank === 0
        ? 'give a value with at least one dimension'
        : 'count axes from 0 at the left, or from -1 at the right',
  })
}

/** Distinct axes counted from the left, ascending. All axes where `axes` is undefined. */
export function checkedAxes(what: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const counted = (typeof axes === 'number' ? [axes] : axes).map((axis) => checkedAxis(what, axis, rank))
  const sorted = [...new Set(counted)].sort((a, b) => a - b)
  if (sorted.length === counted.length) return sorted
  throw new ThalwegError('tensor/invalid-axis', {
    rule: `${what}: axes must be distinct`,
    received: `axes [${axes}] of ${rank} dimensions`,
    try: 'name each axis once',
  })
}

/** A shape for `size` elements in which one -1 stands for whatever is left. */
export function completedShape(what: string, shape: Shape, from: Shape): Shape {
  const open = shape.indexOf(-1)
  if (open < 0) return shape
  const rest = sizeOf(shape.filter((_, axis) => axis !== open))
  const size = sizeOf(from)
  if (!shape.includes(-1, open + 1) && rest > 0 && size % rest === 0) return shape.with(open, size / rest)
  throw new ThalwegError('tensor/invalid-shape', {
    rule: `${what}: one -1 may stand for the size that is left, and the others must divide the number of elements`,
    received: `${formatShape(from)} to ${formatShape(shape)}`,
    try: `give sizes whose product is ${size}`,
  })
}

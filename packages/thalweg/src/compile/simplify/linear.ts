/**
 * Sums of linear combinations: factors that are the same all along the folded axes are multiplied in afterwards, at the
 * smaller shape. `sum(gradient * scale + 2 * centred * slope)` over a batch becomes `scale * sum(gradient) + 2 * slope *
 * sum(centred)`: sums that need not wait for `slope`, so that one pass over memory finds them all. This is what makes
 * the gradient of batch normalization two passes instead of three.
 *
 * Rounding changes, as it does with any other order of adding. Where a factor or a term is not finite, the result is not
 * finite either, but it may be NaN instead of an infinity or the other way round.
 */
import { reduceShape } from '../../base/index.ts'
import type { Node, NodeOf } from '../../graph/index.ts'
import { filled, type Make, type Rule, type Rules, repeatedAxes, spread } from './rewrite.ts'

const MOST_TERMS = 6

/** `sign * factor * rest`, or `sign * rest / factor`. */
interface Term {
  readonly negative: boolean
  readonly factor: NodeOf<'broadcast'>
  readonly divides: boolean
  readonly rest: Node
}

/** What multiplies `rest` all along `axes`, if it is a broadcast over them. */
function isFactor(node: Node, axes: readonly number[]): node is NodeOf<'broadcast'> & Node {
  if (node.op !== 'broadcast') return false
  const repeated = repeatedAxes(node)
  return axes.every((axis) => node.shape[axis] === 1 || repeated.includes(axis))
}

/** Adds the terms of `x` to `terms`; false where some part of it has no factor to take out. */
function collect(x: Node, negative: boolean, axes: readonly number[], terms: Term[]): boolean {
  if (terms.length > MOST_TERMS) return false
  const [a, b] = x.inputs
  switch (x.op) {
    case 'neg':
      return collect(a, !negative, axes, terms)
    case 'add':
      return collect(a, negative, axes, terms) && collect(b, negative, axes, terms)
    case 'sub':
      return collect(a, negative, axes, terms) && collect(b, !negative, axes, terms)
    case 'mul':
      if (isFactor(a, axes)) terms.push({ negative, factor: a, divides: false, rest: b })
      else if (isFactor(b, axes)) terms.push({ negative, factor: b, divides: false, rest: a })
      else return false
      return true
    case 'div':
      if (!isFactor(b, axes)) return false
      terms.push({ negative, factor: b, divides: true, rest: a })
      return true
    default:
      return false
  }
}

/** A factor at the shape that folding `axes` leaves. */
function foldedFactor({ inputs: [x], shape }: NodeOf<'broadcast'>, axes: readonly number[], make: Make): Node {
  const added = shape.length - x.shape.length
  const whole = shape.map((_, axis) => (axis < added ? 1 : x.shape[axis - added]))
  const kept = make('reshape', [x], { shape: reduceShape(whole, axes, false) })
  return spread(make, kept, reduceShape(shape, axes, false))
}

const factorOut: Rule<'sum'> = ({ inputs: [x], attributes, shape, dtype }, make) => {
  const { axes } = attributes
  const terms: Term[] = []
  // An empty sum is 0 whatever its factor is; 0 times an infinite factor is not.
  if (axes.some((axis) => x.shape[axis] === 0)) return undefined
  if (dtype !== 'float32' || !collect(x, false, axes, terms)) return undefined
  let total: Node | undefined
  for (const { negative, factor, divides, rest } of terms) {
    const sum = make('sum', [rest], { axes })
    const term = make(divides ? 'div' : 'mul', [sum, foldedFactor(factor, axes, make)], {})
    if (total === undefined) total = negative ? make('neg', [term], {}) : term
    else total = make(negative ? 'sub' : 'add', [total, term], {})
  }
  // A sum starts from 0, so it is never -0; a product may be.
  return total && make('add', [total, filled(make, shape, 0, 'float32')], {})
}

export const LINEAR: Rules = { sum: [factorOut] }

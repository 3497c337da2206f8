/** The functions that optimizers.json descends, as tensors; found by name, the quadratic's numbers read from its formula. */
import { add, gather, matmul, mul, reshape, scalar, square, sub, sum, type Tensor, tensor } from 'thalweg/tensor'
import type { Surface } from '../descent.ts'

export function surface(name: string, formula: string): Surface | undefined {
  if (name === 'quadratic') return quadratic(formula)
  return fixed[name]
}

const fixed: Readonly<Record<string, Surface>> = {
  rosenbrock(point) {
    const [x, y] = coordinates(point)
    return add(square(sub(1, x)), mul(square(sub(y, square(x))), 100))
  },
  beale(point) {
    const [x, y] = coordinates(point)
    const term = (target: number, power: Tensor) => square(add(sub(target, x), mul(x, power)))
    return add(add(term(1.5, y), term(2.25, square(y))), term(2.625, mul(square(y), y)))
  },
  saddle(point) {
    const [x, y] = coordinates(point)
    return sub(square(x), square(y))
  },
}

/** `f(w)=0.5 w'Aw - b'w, A=[[3,.6],[.6,1]], b=[1,-2]` */
function quadratic(formula: string): Surface | undefined {
  const a = numbers(/A=(\[\[.*?\]\])/.exec(formula)?.[1])
  const b = numbers(/b=(\[[^[\]]*\])/.exec(formula)?.[1])
  if (a === undefined || b === undefined) return undefined
  const size = b.length
  return (point) => {
    const product = reshape(matmul(tensor(a, [size, size]), reshape(point, [size, 1])), [size])
    return sub(mul(sum(mul(point, product)), 0.5), sum(mul(point, tensor(b, [size]))))
  }
}

function numbers(text: string | undefined): Float64Array | undefined {
  if (text === undefined) return undefined
  return Float64Array.from(text.match(/-?[\d.]+(e-?\d+)?/g) ?? [], Number)
}

function coordinates(point: Tensor): [Tensor, Tensor] {
  const at = (index: number) => gather(point, scalar(index, 'int32'))
  return [at(0), at(1)]
}

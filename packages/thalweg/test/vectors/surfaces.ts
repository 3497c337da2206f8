/** The functions that optimizers.json descends, as tensors; found by name, the quadratic's numbers read from its formula. */
import { surfaces } from 'thalweg/optim'
import { gather, matmul, mul, reshape, scalar, sub, sum, type Tensor, tensor } from 'thalweg/tensor'
import type { Surface } from '../descent.ts'

export function surface(name: string, formula: string): Surface | undefined {
  if (name === 'quadratic') return quadratic(formula)
  const found = surfaces.find((each) => each.name === name)
  return found && ((point) => found.height(...coordinates(point)))
}

/** `f(w)=0.5 w'Aw - b'w, A=[[3,.6],[.6,1]], b=[1,-2]`, of any number of dimensions. */
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

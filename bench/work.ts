/**
 * How much a step has to compute at least, whoever does it: the multiplications and additions of its dense layers and
 * convolutions. All the rest (activations, norms, pooling, updates) is little beside them and differs by who counts.
 */
import type { LayerSpec, Workload } from './workloads.ts'

interface Counted {
  /** Multiply-adds of one example, forward. */
  readonly products: number
  readonly shape: readonly number[]
}

/**
 * Floating-point operations of a step; a multiply-add counts two. Training takes three products where inference takes one:
 * the output, the gradient of the weights, and that of the input, which the first layer can do without.
 */
export function operationsOf({ layers, inputShape, batch, mode }: Workload): number {
  const { products } = countAll(layers, inputShape)
  const perExample = mode === 'inference' ? products : 3 * products - count(layers[0], inputShape).products
  return 2 * batch * perExample
}

function count(spec: LayerSpec, shape: readonly number[]): Counted {
  switch (spec.kind) {
    case 'dense':
    case 'sparseDense':
      return { products: shape[0] * spec.units, shape: [spec.units] }
    case 'conv': {
      const { filters, kernel, strides = 1 } = spec
      const [height, width] = [Math.ceil(shape[0] / strides), Math.ceil(shape[1] / strides)]
      return { products: height * width * filters * kernel * kernel * shape[2], shape: [height, width, filters] }
    }
    case 'maxPool':
      return { products: 0, shape: [shape[0] / spec.window, shape[1] / spec.window, shape[2]] }
    case 'globalAveragePool':
      return { products: 0, shape: [shape[2]] }
    case 'flatten':
      return { products: 0, shape: [shape.reduce((product, n) => product * n, 1)] }
    case 'residual': {
      const main = countAll(spec.main, shape)
      return { products: main.products + countAll(spec.shortcut, shape).products, shape: main.shape }
    }
    case 'batchNorm':
    case 'relu':
    case 'tanh':
    case 'dropout':
      return { products: 0, shape }
  }
}

function countAll(specs: readonly LayerSpec[], shape: readonly number[]): Counted {
  let products = 0
  for (const spec of specs) {
    const counted = count(spec, shape)
    products += counted.products
    shape = counted.shape
  }
  return { products, shape }
}

/**
 * A layer and a loss of one's own. Both are plain objects with a pure `forward`: no class to extend, nothing to register,
 * and no backward pass to write, because gradients follow from the ops.
 */
import { random } from 'thalweg/base'
import { arrays } from 'thalweg/data'
import { dense, type Initializer, type Layer, type Loss, sequential, zeros } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { abs, add, exp, log1p, matmul, mean, mul, sin, sub } from 'thalweg/tensor'
import { fit } from 'thalweg/train'

/** `sin(x W + b)` (Sitzmann et al., "Implicit neural representations with periodic activation functions", 2020). */
function sine(units: number, { frequency = 10 }: { frequency?: number } = {}): Layer {
  return {
    // Names its parameters: sine1.weight, sine1.bias.
    kind: 'sine',
    options: { units, frequency },
    forward(x, scope) {
      const weight = scope.parameter('weight', [x.shape[1], units], spread(frequency))
      const bias = scope.parameter('bias', [units], spread(Math.PI), { decay: false })
      return sin(add(matmul(x, weight), bias))
    },
  }
}

/** Uniform in [-limit, limit). An initializer fills an array from a stream of random numbers that has its own seed. */
function spread(limit: number): Initializer {
  return (shape, _fan, draw) => {
    const size = shape.reduce((product, each) => product * each, 1)
    return Float64Array.from({ length: size }, () => limit * (2 * draw.uniform() - 1))
  }
}

/** `log cosh d`: like `d^2 / 2` near zero, like `|d|` far off, so that a few wild points do not pull the curve away. */
const logCosh: Loss = {
  name: 'logCosh',
  task: 'number',
  options: {},
  forward(prediction, target) {
    const distance = abs(sub(prediction, target))
    // log cosh d = d + log(1 + exp(-2 d)) - log 2, which does not overflow.
    return mean(sub(add(distance, log1p(exp(mul(distance, -2)))), Math.LN2))
  },
}

const run = await fit(sequential(sine(32), dense(1, { biasInitializer: zeros() })), {
  train: wave(400, 1, { wild: 0.1 }),
  test: wave(200, 2, { wild: 0 }),
  loss: logCosh,
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 80,
  batchSize: 40,
})
console.log(
  run.store
    .parameters()
    .map(({ path }) => path)
    .join(', '),
)
if (run.test?.task === 'number') console.log(`R2 against the clean curve: ${run.test.r2.toFixed(3)}`)

/** Points on a curve over [-1, 1]; a share of them went wild. */
function wave(size: number, seed: number, { wild }: { wild: number }) {
  const draw = random(seed, 'wave')
  const inputs = Float32Array.from({ length: size }, () => 2 * draw.uniform() - 1)
  const numbers = inputs.map((x) => {
    const y = Math.sin(5 * x) + 0.4 * Math.cos(11 * x)
    return draw.uniform() < wild ? y + 4 * draw.normal() : y
  })
  return arrays({ name: 'wave', inputs, inputShape: [1], numbers })
}

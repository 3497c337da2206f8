/**
 * A training loop of one's own, without `fit`: a step is a function of tensors that computes a loss, differentiates it
 * and assigns the weights. It is compiled once; after that it only runs.
 */
import { defaultEngine } from 'thalweg/compile'
import { batchCount, batchRows, epochOrder, moons } from 'thalweg/data'
import { createStore, crossEntropy, dense, forward, relu, sequential } from 'thalweg/nn'
import { assign, compiled, gradients, maximum, mul, sqrt, square, sub, sum, type Tensor } from 'thalweg/tensor'

const BATCH = 50
const data = moons({ size: 500 })
const model = sequential(dense(16), relu(), dense(2))

// A model is only a description. Its weights live in a store, a store's values in an engine.
const engine = defaultEngine()
const plansBefore = engine.counts.plans
const store = createStore({ seed: 1, engine })
const loss = crossEntropy()

// Gradient descent whose steps have a length of their own: each weight array moves by `length` at most.
const step = compiled(
  (inputs: Tensor, labels: Tensor, length: Tensor) => {
    const weights = new Map<Parameters<typeof assign>[0], Tensor>()
    const logits = forward(model, inputs, {
      store,
      training: true,
      // Called for each parameter: the place to note what the loss is to be differentiated by.
      substitute(variable, value) {
        weights.set(variable, value)
        return value
      },
    })
    const mean = loss.forward(logits, labels)
    const slopes = gradients(mean, [...weights.values()])
    for (const [i, [variable, weight]] of [...weights].entries()) {
      const steepness = maximum(sqrt(sum(square(slopes[i]))), 1e-3)
      assign(variable, sub(weight, mul(slopes[i].div(steepness), length)))
    }
    return mean
  },
  { engine },
)

const inputs = new Float32Array(BATCH * 2)
const labels = new Int32Array(BATCH)
const losses: number[] = []
for (let epoch = 0; epoch < 40; epoch++) {
  const order = epochOrder(data.size, 1, epoch)
  let total = 0
  for (let batch = 0; batch < batchCount(data.size, BATCH); batch++) {
    data.fill(batchRows(order, BATCH, batch), inputs, labels)
    // The length is an argument, so it may change from step to step without compiling anything again.
    const length = 0.1 * 0.95 ** epoch
    total += step({ data: inputs, shape: [BATCH, 2] }, { data: labels, shape: [BATCH] }, length)[0]
  }
  losses.push(total / batchCount(data.size, BATCH))
}

console.log(`loss ${losses[0].toFixed(3)} at first, ${losses[losses.length - 1].toFixed(3)} at last`)
console.log(`steps compiled: ${engine.counts.plans - plansBefore}`)

/**
 * A model written by hand. It is a function of a tensor; its weights come from the scope, which makes each of them the
 * first time it is asked and gives the same one ever after. `fit` trains it like any other.
 */
import { spiral } from 'thalweg/data'
import { crossEntropy, type Model, xavier, zeros } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { add, matmul, tanh } from 'thalweg/tensor'
import { fit } from 'thalweg/train'

const model: Model = (x, scope) => {
  // x is [batch, 2]: nothing is computed here, the function is called once to see what it does.
  const inner = scope.parameter('inner', [2, 24], xavier())
  const innerBias = scope.parameter('innerBias', [24], zeros(), { decay: false })
  const hidden = tanh(add(matmul(x, inner), innerBias))

  // Tensors have methods too; a skip connection is a plus sign.
  const middle = scope.parameter('middle', [24, 24], xavier())
  const deeper = hidden.matmul(middle).tanh().add(hidden)

  // The logits, [batch, 3]: one number for each arm of the spiral.
  return deeper.matmul(scope.parameter('out', [24, 3], xavier()))
}

const run = await fit(model, {
  train: spiral({ size: 600, seed: 1 }),
  test: spiral({ size: 300, seed: 2 }),
  loss: crossEntropy(),
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 60,
  batchSize: 50,
})

for (const { path, variable } of run.store.parameters()) console.log(`${path} ${variable.shape}`)
if (run.test?.task === 'class') console.log(`accuracy ${run.test.accuracy.toFixed(3)}`)

/**
 * The smallest whole program: a network learns what no straight line can tell apart.
 *
 *   npm run example examples/xor.ts
 */
import { xor } from 'thalweg/data'
import { crossEntropy, dense, sequential, tanh } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit } from 'thalweg/train'

// Two numbers go in, eight units bend the plane, two logits come out: one for each class.
const model = sequential(dense(8), tanh(), dense(2))

const run = await fit(model, {
  train: xor({ size: 400, seed: 1 }),
  test: xor({ size: 400, seed: 2 }),
  loss: crossEntropy(),
  optimizer: adam({ learningRate: 0.03 }),
  epochs: 40,
  batchSize: 20,
})

if (run.test?.task === 'class') {
  console.log(`accuracy on new points: ${(100 * run.test.accuracy).toFixed(1)}%`)
}

// Ask about four points: class 1 where the signs differ.
const corners = [-0.7, -0.7, -0.7, 0.7, 0.7, -0.7, 0.7, 0.7]
const answer = run.predict(corners)
if (answer.kind === 'class') console.log(`the four corners: ${[...answer.labels].join(' ')}`)

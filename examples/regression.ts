/**
 * Two numbers from two numbers: how far and how high a ball flies, from its speed and its angle. The targets are scaled
 * by hand here, because a network learns best when what goes in and what comes out is about 1.
 */
import { random } from 'thalweg/base'
import { arrays, fitInputs, preprocessed, split } from 'thalweg/data'
import { dense, meanSquaredError, sequential, tanh } from 'thalweg/nn'
import { adam, cosineDecay } from 'thalweg/optim'
import { fit } from 'thalweg/train'

const THROWS = 1000
const GRAVITY = 9.81

// Metres per second and degrees; metres and metres.
const draw = random(3, 'throws')
const inputs = new Float32Array(2 * THROWS)
const numbers = new Float32Array(2 * THROWS)
for (let i = 0; i < THROWS; i++) {
  const speed = 5 + 15 * draw.uniform()
  const angle = 10 + 70 * draw.uniform()
  inputs.set([speed, angle], 2 * i)
  numbers.set(flight(speed, angle), 2 * i)
}

const throws = arrays({ name: 'throws', inputs, inputShape: [2], numbers, names: ['distance', 'height'] })
const parts = split(throws, { seed: 1 })

// Mean and deviation come from the training part; the others only use them.
const scaling = fitInputs(parts.train)
const epochs = 60
const batchSize = 50
const steps = epochs * Math.ceil(parts.train.size / batchSize)

const run = await fit(sequential(dense(32), tanh(), dense(32), tanh(), dense(2)), {
  train: preprocessed(parts.train, scaling),
  test: preprocessed(parts.test, scaling),
  loss: meanSquaredError(),
  optimizer: adam(),
  schedule: cosineDecay({ learningRate: 0.02, totalSteps: steps }),
  epochs,
  batchSize,
})

const first = run.history[0]
const last = run.history[run.history.length - 1]
console.log(`loss ${first.trainLoss.toFixed(3)} after epoch 1, ${last.trainLoss.toFixed(5)} after epoch ${last.epoch}`)
if (run.test?.task === 'number') console.log(`R2 ${run.test.r2.toFixed(4)}, averaged over both numbers`)

/** Distance and height in units of 40 m and 20 m, so that both are about 1. */
function flight(speed: number, degrees: number): [distance: number, height: number] {
  const angle = (degrees * Math.PI) / 180
  const distance = (speed ** 2 * Math.sin(2 * angle)) / GRAVITY
  const height = (speed * Math.sin(angle)) ** 2 / (2 * GRAVITY)
  return [distance / 40, height / 20]
}

/**
 * A convolutional network with batch norm learns to read digits. The digits are drawn by code, so nothing is downloaded;
 * `thalweg train digits` does the same with more of them.
 */
import { digits, split } from 'thalweg/data'
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  maxPool2d,
  relu,
  sequential,
  summary,
} from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit, type TrainEvent } from 'thalweg/train'

// Images are [height, width, channels]: [28, 28, 1]. A bias before batch norm would be subtracted again; leave it out.
const model = sequential(
  conv2d(8, 3, { padding: 'same', bias: false }),
  batchNorm(),
  relu(),
  maxPool2d(2),
  conv2d(16, 3, { padding: 'same', bias: false }),
  batchNorm(),
  relu(),
  maxPool2d(2),
  flatten(),
  dense(64),
  relu(),
  dropout({ rate: 0.3 }),
  dense(10),
)
console.log(String(summary(model, [28, 28, 1])))

const run = await fit(model, {
  ...split(digits({ size: 4000 }), { seed: 1 }),
  loss: crossEntropy(),
  optimizer: adam({ learningRate: 0.004 }),
  epochs: 4,
  batchSize: 32,
  onEvent: tell,
})

/** A run says what happens as plain objects; this one listens to two kinds of them. */
function tell(event: TrainEvent): void {
  if (event.type === 'compile') console.log(`compiled for ${event.shape} in ${event.ms.toFixed(0)} ms`)
  if (event.type === 'epoch') {
    const { epoch, trainLoss, validAccuracy = 0, seconds } = event
    const accuracy = `${(100 * validAccuracy).toFixed(1)}%`
    console.log(`epoch ${epoch}  loss ${trainLoss.toFixed(3)}  validation ${accuracy}  ${seconds.toFixed(1)} s`)
  }
}

if (run.test?.task === 'class') console.log(`test accuracy ${(100 * run.test.accuracy).toFixed(1)}%`)

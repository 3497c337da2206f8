/**
 * What a training step becomes: forward pass, loss, gradients and the optimizer's update, recorded once and compiled to
 * one plan. The plan can be read: which kernels run, over which shapes, in how much memory.
 */
import { defaultEngine } from 'thalweg/compile'
import { digits } from 'thalweg/data'
import { batchNorm, conv2d, crossEntropy, dense, globalAveragePool2d, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { fit, type TrainEvent } from 'thalweg/train'

const model = sequential(
  conv2d(8, 3, { strides: 2, bias: false }),
  batchNorm(),
  relu(),
  globalAveragePool2d(),
  dense(10),
)

const engine = defaultEngine()
const compilations: number[] = []
const counts: string[] = []

const run = await fit(model, {
  train: digits({ size: 256 }),
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  epochs: 3,
  batchSize: 64,
  engine,
  onEvent: watch,
})

function watch(event: TrainEvent): void {
  if (event.type === 'compile') compilations.push(event.ms)
  if (event.type !== 'epoch') return
  const { plans, allocations } = engine.counts
  counts.push(`after step ${event.step}: ${plans} plans compiled, ${allocations} places allocated`)
}

console.log(run.plan)
console.log(`${compilations.length} shape, compiled in ${compilations.map((ms) => ms.toFixed(0)).join(' + ')} ms`)

// The first step of a shape compiles; every later one only runs.
for (const line of counts) console.log(line)

/**
 * One run of a pair, in a process of its own: `node run.ts NETWORK advised|plain THREADS`. It says `ready`, trains when it is told
 * to, and says `stepping` when the first step is made and `done`, with the number of steps, in the end.
 */
import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { digits } from 'thalweg/data'
import { advise } from 'thalweg/diagnose'
import { crossEntropy } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { type FitOptions, fit } from 'thalweg/train'
import { modelOf } from '../../model.ts'
import { type Network, networks } from './networks.ts'

export type Message = 'ready' | 'stepping' | { readonly done: number }

const [name, how, threads] = process.argv.slice(2)
const network = networks[name]
const engine = createEngine(wasmBackend({ threads: Number(threads) }))
const data = digits({ size: network.examples })
const say = (message: Message): void => void process.send?.(message)

/** @returns the number of steps */
async function train({ workload, epochs }: Network, onFirstStep: () => void): Promise<number> {
  let [steps, isTraining] = [0, false]
  // A batch is filled when the step before it is made, and all was said of that one.
  const counted: FitOptions['train'] = {
    ...data,
    inputShape: workload.inputShape,
    fill(rows, inputs, targets, epoch) {
      if (isTraining && ++steps === 2) onFirstStep()
      data.fill(rows, inputs, targets, epoch)
    },
  }
  await fit(modelOf(workload), {
    train: counted,
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 1e-3 }),
    epochs,
    batchSize: workload.batch,
    engine,
    onEvent: ({ type }) => {
      if (type === 'start') isTraining = true
    },
    ...(how === 'advised' && { babysit: advise() }),
  })
  return steps
}

await train({ ...network, epochs: 1 }, () => undefined) // compilers tier up, caches fill
process.once('message', async () => {
  say({ done: await train(network, () => say('stepping')) })
  process.disconnect()
})
say('ready')

/**
 * jax-js on its wasm backend. It has no layers, so the network is written out; batch norm and dropout are left out (it
 * has neither), which makes its work smaller than the others'.
 */
import { init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax'
import { batchOf } from '../drawn.ts'
import { type Stepper, serve } from '../protocol.ts'
import type { Workload } from '../workloads.ts'

type Parameters = { [name: string]: np.Array }

function initialParameters(workload: Workload): Parameters {
  const parameters: Parameters = {}
  let shape = [...workload.inputShape]
  workload.layers.forEach((spec, i) => {
    if (spec.kind === 'dense') {
      const scale = Math.sqrt(2 / shape[0])
      parameters[`w${i}`] = random.normal(random.key(i), [shape[0], spec.units]).mul(scale)
      parameters[`b${i}`] = np.zeros([spec.units])
      shape = [spec.units]
    } else if (spec.kind === 'conv') {
      const scale = Math.sqrt(2 / (shape[2] * spec.kernel ** 2))
      parameters[`w${i}`] = random.normal(random.key(i), [spec.filters, shape[2], spec.kernel, spec.kernel]).mul(scale)
      shape = [shape[0], shape[1], spec.filters]
    } else if (spec.kind === 'maxPool') shape = [shape[0] / spec.window, shape[1] / spec.window, shape[2]]
    else if (spec.kind === 'flatten') shape = [shape[0] * shape[1] * shape[2]]
  })
  return parameters
}

async function prepare(workload: Workload, threads: number): Promise<Stepper | string> {
  if (threads > 1) return 'single threaded in Node'
  if (workload.mode === 'inference' || workload.layers.some(({ kind }) => kind === 'conv' || kind === 'sparseDense'))
    return 'left out: 11 seconds a step even with strided convolutions'
  await init('wasm')
  const { inputs, labels } = batchOf(workload)
  const flat = inputs.length / workload.batch
  const x = np.array(inputs).reshape([workload.batch, flat])
  const y = nn.oneHot(np.array(labels, { dtype: np.int32 }), workload.classes)

  const loss = (parameters: Parameters, batch: np.Array, target: np.Array): np.Array => {
    let h = batch
    workload.layers.forEach((spec, i) => {
      if (spec.kind === 'dense') h = np.matmul(h, parameters[`w${i}`]).add(parameters[`b${i}`])
      else if (spec.kind === 'relu') h = nn.relu(h)
      else if (spec.kind === 'tanh') h = np.tanh(h)
    })
    return nn
      .logSoftmax(h, -1)
      .mul(target)
      .sum()
      .mul(-1 / workload.batch)
  }
  const rate = workload.optimizer.learningRate
  const momentum = workload.optimizer.kind === 'sgd' ? workload.optimizer.momentum : 0.9
  const update = jit((parameters: Parameters, velocity: Parameters, batch: np.Array, target: np.Array) => {
    const [value, gradient] = valueAndGrad(loss)(tree(parameters), batch, target)
    const nextVelocity: Parameters = {}
    const next: Parameters = {}
    for (const name of Object.keys(parameters)) {
      nextVelocity[name] = velocity[name].mul(momentum).add(gradient[name])
      next[name] = parameters[name].sub(nextVelocity[name].ref.mul(rate))
    }
    return [value, next, nextVelocity] as const
  })
  const tree = (parameters: Parameters): Parameters =>
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, value.ref]))

  let parameters = initialParameters(workload)
  let velocity: Parameters = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, np.zeros(value.shape)]),
  )
  let value: np.Array | undefined
  const step = (): void => {
    value?.dispose()
    ;[value, parameters, velocity] = update(parameters, velocity, x.ref, y.ref)
  }
  step()
  return {
    about: 'jax-js 0.1.25, wasm, SGD momentum, no batch norm, no dropout',
    step,
    loss: async () => {
      const read = value?.ref
      return read === undefined ? Number.NaN : Number((await read.data())[0])
    },
  }
}

await serve(prepare)

/** Thalweg itself: the step that `fit` runs, on the engine that `fit` chooses. */

import { wasmBackend } from 'thalweg/backend'
import { createEngine, createStep, type Engine, measureKernel, type Plan } from 'thalweg/compile'
import { build, createStore, forward } from 'thalweg/nn'
import { Tensor, zeros } from 'thalweg/tensor'
import { openSession } from 'thalweg/train'
import { batchOf } from '../drawn.ts'
import { modelOf, settingsOf } from '../model.ts'
import { type KernelWork, type Stepper, serve } from '../protocol.ts'
import type { Workload } from '../workloads.ts'

async function prepare(workload: Workload, threads: number): Promise<Stepper> {
  const engine = createEngine(wasmBackend({ threads }))
  return workload.mode === 'inference' ? prepareInference(workload, engine) : prepareTraining(workload, engine)
}

function prepareTraining(workload: Workload, engine: Engine): Stepper {
  const { batch, optimizer } = workload
  const settings = settingsOf(workload, engine)
  let compileMs = 0
  const session = openSession(modelOf(workload), settings, ({ ms }) => {
    compileMs = ms
  })
  const rows = Int32Array.from({ length: batch }, (_, row) => row)
  return {
    ...described(engine, session.plan, compileMs),
    step: () => session.step(rows, optimizer),
    loss: () => session.lastLoss(),
  }
}

/** What `predict` runs, without its checks of the inputs. */
function prepareInference(workload: Workload, engine: Engine): Stepper {
  const { inputs, labels } = batchOf(workload)
  const model = modelOf(workload)
  const store = createStore({ engine })
  build(model, zeros([workload.batch, ...workload.inputShape]), store)
  const step = createStep(engine, ([batch]) => [forward(model, new Tensor(batch), { store, training: false }).node])
  const started = performance.now()
  const plan = step.plan([{ name: 'inputs', shape: [workload.batch, ...workload.inputShape], dtype: 'float32' }])
  const compileMs = performance.now() - started
  let logits = plan.read(0)
  return {
    ...described(engine, plan, compileMs),
    step() {
      plan.run([inputs])
      logits = plan.read(0)
    },
    loss: () => meanCrossEntropy(logits, labels, workload.classes),
  }
}

function described(
  { backend }: Engine,
  plan: Plan,
  compileMs: number,
): Pick<Stepper, 'about' | 'compileMs' | 'kernels'> {
  const { lowered } = plan
  const kernels = lowered.kernels.map((kernel): KernelWork => {
    const { bytesRead, bytesWritten, operations } = measureKernel(kernel, lowered.buffers)
    return { bytes: bytesRead + bytesWritten, operations }
  })
  const about = `Thalweg, Node ${process.versions.node}, ${backend.name} ${backend.features.join(', ')}`
  return { about, compileMs, kernels }
}

function meanCrossEntropy(logits: ArrayLike<number>, labels: Int32Array, classes: number): number {
  const losses = Array.from(labels, (label, row) => {
    const own = Array.from({ length: classes }, (_, k) => logits[row * classes + k])
    return Math.log(own.reduce((total, logit) => total + Math.exp(logit), 0)) - own[label]
  })
  return losses.reduce((total, loss) => total + loss, 0) / losses.length
}

await serve(prepare)

/**
 * A run is interrupted and goes on as if nothing had happened: the same weights, bit for bit, as a run that was left in
 * peace.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { circles } from 'thalweg/data'
import { batchNorm, crossEntropy, dense, dropout, relu, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { checkpointFolder, fit, latestCheckpoint, type Run } from 'thalweg/train'

// Dropout draws random numbers and batch norm keeps running means: a checkpoint has to remember all of it.
const model = sequential(dense(16), batchNorm(), relu(), dropout({ rate: 0.2 }), dense(2))
const options = {
  train: circles({ size: 300 }),
  loss: crossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 6,
  batchSize: 32,
  seed: 4,
}

const folder = await mkdtemp(join(tmpdir(), 'thalweg-checkpoint-'))

// The first sitting is called off in the middle of an epoch. It finishes its step, saves, and returns.
const stop = new AbortController()
const first = await fit(model, {
  ...options,
  signal: stop.signal,
  stepEvents: 1,
  onEvent: (event) => event.type === 'step' && event.step === 23 && stop.abort(),
  checkpoint: { save: checkpointFolder(folder) },
})
console.log(`stopped after step ${first.steps}`)

// The second sitting takes the newest checkpoint that is whole.
const { path, snapshot } = await latestCheckpoint(folder)
console.log(`going on from ${path.slice(folder.length + 1)}`)
const second = await fit(model, { ...options, resume: snapshot })
console.log(`finished after step ${second.steps}`)

const undisturbed = await fit(model, options)
const same = bits(second) === bits(undisturbed)
console.log(same ? 'every bit is the same' : 'something differs')
await rm(folder, { recursive: true })

/** All weights and running statistics, as text that is equal only where every bit is. */
function bits(run: Run): string {
  const arrays = Object.entries(run.store.save())
  return JSON.stringify(arrays.map(([path, { data }]) => [path, [...new Uint8Array(data.buffer)]]))
}

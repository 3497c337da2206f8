/** Runs on the reference backend that several tests compare bit for bit. */
import { createHash } from 'node:crypto'
import { referenceBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'
import { split, xor } from 'thalweg/data'
import { batchNorm, crossEntropy, dense, dropout, type Model, type NamedArray, relu, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { decodeCheckpoint, type FitOptions, type Run, type Snapshot } from 'thalweg/train'

export const reference = (): Engine => createEngine(referenceBackend())

/** SHA-256 over arrays with their names. */
export function digestOf(arrays: Readonly<Record<string, Pick<NamedArray, 'data'>>>): string {
  const hash = createHash('sha256')
  for (const [path, { data }] of Object.entries(arrays)) {
    hash.update(path).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

/** SHA-256 over every parameter and running statistic. */
export function digest(run: Run): string {
  return digestOf(run.store.save())
}

/** What happened, but for how long it took. */
export function withoutTime(run: Run): unknown {
  return run.history.map(({ seconds: _, ...rest }) => rest)
}

/** Everything that a checkpoint must carry: running statistics, random masks, optimizer state, a short batch. */
export function noisyModel(): Model {
  return sequential(dense(6), batchNorm(), relu(), dropout({ rate: 0.3 }), dense(2))
}

export function noisyOptions(): FitOptions {
  const { train, valid } = split(xor({ size: 40, noise: 0.2 }), { seed: 1, test: 0 })
  const schedule = (step: number): number => 0.05 / (1 + step / 10)
  const shared = { train, valid, loss: crossEntropy(), optimizer: adam(), schedule, seed: 7 }
  return { ...shared, epochs: 2, batchSize: 8, engine: reference() }
}

/** A sink that keeps everything, and the snapshots in it. */
export function memory(): {
  readonly save: (checkpoint: { readonly bytes: Uint8Array }) => Promise<undefined>
  readonly snapshots: () => Promise<Snapshot[]>
} {
  const saved: Uint8Array[] = []
  return {
    async save({ bytes }) {
      saved.push(bytes)
      return undefined
    },
    snapshots: () => Promise.all(saved.map((bytes) => decodeCheckpoint(bytes, 'checkpoint'))),
  }
}

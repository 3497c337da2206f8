/** A thread of the pool: answers one job at a time. */
import { parentPort } from 'node:worker_threads'
import { linearGain } from './baseline.ts'
import { tableOf } from './build.ts'
import type { Program } from './program.ts'
import { randomSearch } from './random-search.ts'
import { type Mode, type Outcome, runTrial } from './trial.ts'

export type Job =
  | { readonly kind: 'trial'; readonly program: Program; readonly mode: Mode }
  /** A repair by chance, with so many examples to train on. */
  | { readonly kind: 'search'; readonly program: Program; readonly examples: number; readonly seed: number }
  /** What the best linear model gains on a program's data. */
  | { readonly kind: 'linear'; readonly program: Program }

function answer(job: Job): Promise<Outcome> | number {
  switch (job.kind) {
    case 'trial':
      return runTrial(job.program, job.mode)
    case 'search':
      return randomSearch(job.program, job.examples, job.seed)
    case 'linear':
      return linearGain(tableOf(job.program))
  }
}

parentPort?.on('message', async (job: Job) => {
  try {
    parentPort?.postMessage({ answer: await answer(job) })
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})

/**
 * Threads that train programs, and the file in which what they found is kept. A job's answer depends on the job alone, so
 * neither the number of threads nor the order in which they finish can be seen in the results.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Program } from './program.ts'
import type { Mode, Outcome } from './trial.ts'
import type { Job } from './worker.ts'

export interface Pool {
  trial(program: Program, mode: Mode): Promise<Outcome>
  /** A repair by chance, with so many examples to train on. */
  search(program: Program, examples: number, seed: number): Promise<Outcome>
  /** What the best linear model gains on a program's data. */
  linear(program: Program): Promise<number>
  close(): Promise<void>
}

export interface PoolOptions {
  readonly workers: number
  /** JSON lines; made if it is not there. */
  readonly cache: string
  /** What an answer depends on beside the job, for those in which a babysitter has a part and for the others. */
  readonly version: (use: { readonly advised: boolean }) => string
}

interface Reply {
  readonly answer?: unknown
  readonly error?: string
}

export function createPool({ workers, cache, version }: PoolOptions): Pool {
  const known = readCache(cache)
  const all = Array.from({ length: workers }, startWorker)
  const idle = [...all]
  const waiting: ((worker: Worker) => void)[] = []

  function take(): Promise<Worker> {
    const worker = idle.pop()
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve))
  }

  function give(worker: Worker): void {
    const next = waiting.shift()
    if (next) next(worker)
    else idle.push(worker)
  }

  async function ask(job: Job): Promise<unknown> {
    const worker = await take()
    const reply = await new Promise<Reply>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: Reply) => {
        worker.off('error', reject)
        resolve(message)
      })
      worker.postMessage(job)
    })
    give(worker)
    if (reply.error !== undefined) throw new Error(`${reply.error}\nin ${JSON.stringify(job)}`)
    return reply.answer
  }

  async function answer(job: Job, advised: boolean): Promise<unknown> {
    const identity = version({ advised }) + JSON.stringify(job)
    const key = createHash('sha256').update(identity).digest('base64url').slice(0, 22)
    if (!known.has(key)) {
      const found = await ask(job)
      known.set(key, found)
      appendFileSync(cache, `${JSON.stringify({ key, answer: found })}\n`)
    }
    return known.get(key)
  }

  return {
    trial: async (program, mode) => (await answer({ kind: 'trial', program, mode }, mode !== 'off')) as Outcome,
    search: async (program, examples, seed) =>
      (await answer({ kind: 'search', program, examples, seed }, false)) as Outcome,
    linear: async (program) => (await answer({ kind: 'linear', program }, false)) as number,
    async close() {
      await Promise.all(all.map((worker) => worker.terminate()))
    },
  }
}

/** A newer Node reads TypeScript by itself; an older one does so through tsx, which every thread has to be told anew. */
function startWorker(): Worker {
  const worker = new URL('./worker.ts', import.meta.url)
  if ('typescript' in process.features) return new Worker(worker)
  const tsx = import.meta.resolve('tsx/esm/api')
  return new Worker(`import('${tsx}').then(({ register }) => (register(), import('${worker}')))`, { eval: true })
}

function readCache(file: string): Map<string, unknown> {
  mkdirSync(dirname(file), { recursive: true })
  const known = new Map<string, unknown>()
  if (!existsSync(file)) return known
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    // A run that was ended while it wrote leaves half a line.
    if (!line.endsWith('}')) continue
    const { key, answer } = JSON.parse(line) as { key: string; answer: unknown }
    known.set(key, answer)
  }
  return known
}

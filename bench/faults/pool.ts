/**
 * Threads that train programs, and the file in which what they found is kept. A job's answer depends on the job alone, so
 * neither the number of threads nor the order in which they finish can be seen in the results. A thread that dies takes its
 * job's answer along and nothing else; a job that takes long is named meanwhile.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../scripts/worker.ts'
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
  /** Told again and again of a job that is not answered. Default: a line on standard error. */
  readonly onSlow?: (job: Job, seconds: number) => void
  /** How often, in milliseconds. Default a minute: the longest jobs take some seconds. */
  readonly patienceMs?: number
  /** Default: a thread that runs worker.ts. */
  readonly start?: () => Worker
}

interface Reply {
  readonly answer?: unknown
  readonly error?: string
}

export function createPool(options: PoolOptions): Pool {
  const { workers, cache, version, onSlow = tellSlow, patienceMs = 60_000, start = startTrainer } = options
  const known = readCache(cache)
  const all = new Set(Array.from({ length: workers }, start))
  const idle = [...all]
  const waiting: ((worker: Worker) => void)[] = []
  let isClosed = false

  function take(): Promise<Worker> {
    const worker = idle.pop()
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve))
  }

  function give(worker: Worker): void {
    const next = waiting.shift()
    if (next) next(worker)
    else idle.push(worker)
  }

  /** Whoever waits for a turn is owed one by somebody. */
  function replace(dead: Worker): void {
    all.delete(dead)
    if (isClosed) return
    const worker = start()
    all.add(worker)
    give(worker)
  }

  async function ask(job: Job): Promise<unknown> {
    const worker = await take()
    const started = performance.now()
    const slow = setInterval(() => onSlow(job, Math.round((performance.now() - started) / 1000)), patienceMs)
    let reply: Reply
    try {
      reply = await replyOf(worker, job)
    } catch (error) {
      replace(worker)
      throw new Error(`a thread died of ${JSON.stringify(job)}`, { cause: error })
    } finally {
      clearInterval(slow)
    }
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
      isClosed = true
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

/** Rejected where the thread ends before it answers, in whatever way. */
function replyOf(worker: Worker, job: Job): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    const onExit = (code: number) => onError(new Error(`it ended with ${code} before it answered`))
    const onError = (error: Error) => {
      silence()
      reject(error)
    }
    const onMessage = (reply: Reply) => {
      silence()
      resolve(reply)
    }
    const silence = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    worker.postMessage(job)
  })
}

function tellSlow(job: Job, seconds: number): void {
  console.error(`no answer for ${seconds} s: ${JSON.stringify(job)}`)
}

/** Programs keep a core each busy, and want no threads of their own. */
function startTrainer(): Worker {
  return startWorker(new URL('./worker.ts', import.meta.url), { env: { ...process.env, THALWEG_THREADS: '1' } })
}

/** A run that was ended while it wrote leaves half a line; what comes next begins on a line of its own. */
function readCache(file: string): Map<string, unknown> {
  mkdirSync(dirname(file), { recursive: true })
  const known = new Map<string, unknown>()
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n')
  for (const line of text.split('\n')) {
    const entry = entryOf(line)
    if (entry) known.set(entry.key, entry.answer)
  }
  return known
}

function entryOf(line: string): { readonly key: string; readonly answer: unknown } | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

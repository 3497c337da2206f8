/** Where threads come from: worker_threads in Node, Web Workers where a page may share memory, nowhere else. */
import { ThalwegError } from '../../../base/index.ts'
import { nodeModule, setting } from '../node.ts'
import { switchSetting } from '../options.ts'
import type { Sharing } from './divide.ts'
import { type Introduction, type Mail, NODE_WORKER, WEB_WORKER } from './worker.ts'

export interface Helper {
  post(message: Introduction | Mail): void
  stop(): void
}

/** What is used of the two modules of Node. */
interface NodeWorkers {
  readonly Worker: new (
    code: string,
    options: { readonly eval: true; readonly name: string; readonly execArgv: readonly string[] },
  ) => {
    postMessage(message: unknown): void
    unref(): void
    on(event: 'error', listener: () => void): void
    terminate(): unknown
  }
}
interface NodeSystem {
  availableParallelism(): number
}

/** Whether memory can be shared with threads here. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false
  if (nodeModule<NodeWorkers>('node:worker_threads') !== undefined) return true
  return typeof Worker === 'function' && globalThis.crossOriginIsolated === true
}

/** Starts a thread that answers no one; where that is refused, nothing. */
export function startHelper(): Helper | undefined {
  try {
    const node = nodeModule<NodeWorkers>('node:worker_threads')
    return node === undefined ? startWebWorker() : startNodeWorker(node)
  } catch {
    return undefined
  }
}

function startNodeWorker({ Worker }: NodeWorkers): Helper {
  // Whatever the program was started with (a TypeScript loader, say) would only slow the start down.
  const worker = new Worker(NODE_WORKER, { eval: true, name: 'thalweg', execArgv: [] })
  worker.on('error', () => undefined)
  worker.unref()
  return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() }
}

function startWebWorker(): Helper {
  const url = URL.createObjectURL(new Blob([WEB_WORKER], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'thalweg' })
  return {
    post: (message) => worker.postMessage(message),
    stop() {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}

/** Whether this thread may sleep: not the main thread of a page. */
export function maySleep(memory: WebAssembly.Memory): boolean {
  try {
    Atomics.wait(new Int32Array(memory.buffer), 0, 0, 0)
    return true
  } catch {
    return false
  }
}

/**
 * As many threads as THALWEG_THREADS says, else as many as there are cores; 1 where threads cannot be had.
 *
 * @throws ThalwegError `backend/bad-threads` where THALWEG_THREADS is not a whole number of at least 1
 */
export function defaultThreads(): number {
  const wanted = setting('THALWEG_THREADS')
  if (wanted !== undefined) return checkedThreads(Number(wanted), 'THALWEG_THREADS', wanted)
  if (!canShareMemory()) return 1
  const system = nodeModule<NodeSystem>('node:os')
  return Math.min(system?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1, MOST_THREADS)
}

/** @throws ThalwegError `backend/bad-switch` */
export function defaultSharing(): Sharing {
  return switchSetting('THALWEG_SHARE_EVENLY') ? 'evenly' : 'worthwhile'
}

/** More than anybody has; the low bits of a claim must be able to count their pieces. */
export const MOST_THREADS = 256

/**
 * @param written what stood there, where it was no number yet
 * @throws ThalwegError `backend/bad-threads`
 */
export function checkedThreads(threads: number, where: string, written: unknown = threads): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads
  throw new ThalwegError('backend/bad-threads', {
    rule: `${where}: the number of threads must be a whole number from 1 to ${MOST_THREADS}`,
    received: typeof threads === 'number' ? String(written) : JSON.stringify(threads),
    try: 'leave it out to use the cores there are, or give 1 to compute on one thread',
  })
}

/** Threads whose file is TypeScript, on any Node: only newer ones read it, and an older one needs tsx in the thread too. */
import { Worker, type WorkerOptions } from 'node:worker_threads'

export function startWorker(file: URL, options: Pick<WorkerOptions, 'env' | 'workerData'> = {}): Worker {
  if (Reflect.get(process.features, 'typescript')) return new Worker(file, options)
  const tsx = import.meta.resolve('tsx/esm/api')
  return new Worker(`import('${tsx}').then(({ register }) => (register(), import('${file}')))`, {
    ...options,
    eval: true,
  })
}

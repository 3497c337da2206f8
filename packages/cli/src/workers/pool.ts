/**
 * Child processes that do jobs, one at a time each. A child loads what it needs by itself, because models are code; messages
 * are plain data. It goes when its parent goes, however that ends.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { ThalwegError } from 'thalweg'

/** To a child: what it is to be, once; then jobs, and that the one it does shall stop. */
export type ToChild =
  | { readonly type: 'open'; readonly task: unknown }
  | { readonly type: 'job'; readonly job: unknown }
  | { readonly type: 'stop' }

/** From a child. */
export type FromChild =
  | { readonly type: 'event'; readonly event: unknown }
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'error'; readonly error: PlainError }

export interface PlainError {
  readonly code: string
  readonly rule: string
  readonly received: string
  readonly try: string
}

/** In a child: does a job; what it returns goes back to the parent. */
export type Task = (
  job: unknown,
  control: { readonly signal: AbortSignal; readonly onEvent: (event: unknown) => void },
) => Promise<unknown>

export interface Pool {
  readonly size: number
  /** Does a job on the next child that is free; `onEvent` hears what it says meanwhile. */
  run(job: unknown, control: { signal: AbortSignal; onEvent: (event: unknown) => void }): Promise<unknown>
  close(): void
}

/** @param task what every child is told first: which of the tasks in task.ts, and what that needs */
export function createPool(size: number, task: unknown, environment: Readonly<Record<string, string>>): Pool {
  const idle: ChildProcess[] = []
  const all = new Set<ChildProcess>()
  const waiting: ((child: ChildProcess) => void)[] = []
  // A child that compiles hears nothing, not even that its parent has gone.
  const killAll = (): void => {
    for (const child of all) child.kill('SIGKILL')
  }
  process.once('exit', killAll)

  function start(): ChildProcess {
    // From source the child is TypeScript too, and inherits the loader in execArgv.
    const file = import.meta.url.endsWith('.ts') ? './child.ts' : './child.js'
    const child = fork(new URL(file, import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    })
    all.add(child)
    child.on('exit', () => all.delete(child))
    send(child, { type: 'open', task })
    return child
  }

  function take(): Promise<ChildProcess> {
    const free = idle.pop()
    if (free) return Promise.resolve(free)
    if (all.size < size) return Promise.resolve(start())
    return new Promise((resolve) => waiting.push(resolve))
  }

  function giveBack(child: ChildProcess): void {
    const next = waiting.shift()
    if (next) next(child)
    else idle.push(child)
  }

  async function run(job: unknown, { signal, onEvent }: Parameters<Pool['run']>[1]): Promise<unknown> {
    const child = await take()
    const stop = (): void => send(child, { type: 'stop' })
    signal.addEventListener('abort', stop)
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        child.removeAllListeners('message')
        child.on('message', (message: FromChild) => {
          if (message.type === 'event') onEvent(message.event)
          else if (message.type === 'done') resolve(message.result)
          else reject(new ThalwegError(message.error.code, message.error))
        })
        child.once('exit', (code, killed) => reject(died(code, killed)))
        send(child, { type: 'job', job })
        if (signal.aborted) stop()
      })
      child.removeAllListeners('exit')
      child.on('exit', () => all.delete(child))
      giveBack(child)
      return result
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    size,
    run,
    close() {
      process.off('exit', killAll)
      for (const child of all) if (child.connected) child.disconnect()
    },
  }
}

function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message)
}

function died(code: number | null, signal: string | null): ThalwegError {
  return new ThalwegError('cli/worker-died', {
    rule: 'a worker process must stay until its job is done',
    received: signal ? `killed by ${signal}` : `exit code ${code}`,
    try: 'go on with --resume; if it was out of memory, with fewer --workers',
  })
}

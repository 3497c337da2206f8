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
  /**
   * Does a job on the next child that is free; `onEvent` hears what it says meanwhile.
   *
   * @returns what the child's task returns; nothing where `signal` was aborted before a child was free
   * @throws ThalwegError what the task throws; `cli/worker-died` where the child goes before it is done
   */
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
      // JSON has no NaN and no infinities, and findings do.
      serialization: 'advanced',
      env: { ...process.env, ...environment },
    })
    all.add(child)
    child.once('exit', () => leave(child))
    child.once('error', () => leave(child))
    send(child, { type: 'open', task })
    return child
  }

  /** It may go while it does nothing, and others may wait for its place. */
  function leave(child: ChildProcess): void {
    if (!all.delete(child)) return
    if (idle.includes(child)) idle.splice(idle.indexOf(child), 1)
    // Not before the one that it worked for knows: it may call the others off.
    setImmediate(() => waiting.shift()?.(start()))
  }

  function take(): Promise<ChildProcess> {
    const free = idle.pop()
    if (free) return Promise.resolve(free)
    if (all.size < size) return Promise.resolve(start())
    return new Promise((resolve) => waiting.push(resolve))
  }

  function giveBack(child: ChildProcess): void {
    if (!all.has(child)) return
    const next = waiting.shift()
    if (next) next(child)
    else idle.push(child)
  }

  async function run(job: unknown, { signal, onEvent }: Parameters<Pool['run']>[1]): Promise<unknown> {
    const child = await take()
    const ended = new AbortController()
    try {
      if (signal.aborted) return undefined
      return await new Promise<unknown>((resolve, reject) => {
        const stop = (): void => send(child, { type: 'stop' })
        const hear = (message: FromChild): void => {
          if (message.type === 'event') onEvent(message.event)
          else if (message.type === 'done') resolve(message.result)
          else reject(new ThalwegError(message.error.code, message.error))
        }
        const lose = (code: number | null, signal: string | null): void => reject(signal ? killed(signal) : gone(code))
        const fail = (cause: Error): void => reject(died(cause.message, MEMORY))
        signal.addEventListener('abort', stop, { signal: ended.signal })
        child.on('message', hear).once('exit', lose).once('error', fail)
        ended.signal.addEventListener('abort', () => {
          child.off('message', hear).off('exit', lose).off('error', fail)
        })
        send(child, { type: 'job', job })
      })
    } finally {
      ended.abort()
      giveBack(child)
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

/** That a child has gone is told by its end, not by what could not be sent to it. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => undefined)
}

/** From outside, or by the system: what is out of memory ends so, and never with a code. */
function killed(signal: string): ThalwegError {
  return died(`killed by ${signal}`, MEMORY)
}

/** By a call in code that it ran, unless the code stands for a signal. */
function gone(code: number | null): ThalwegError {
  return died(
    `exit code ${code}`,
    (code ?? SIGNALS) < SIGNALS ? 'find what ends the process; --workers 1 may show more' : MEMORY,
  )
}

/** Exit codes from here on are a system's own. */
const SIGNALS = 128

const MEMORY = 'fewer --workers, if it was out of memory'

function died(received: string, advice: string): ThalwegError {
  return new ThalwegError('cli/worker-died', {
    rule: 'a worker process must stay until its job is done',
    received,
    try: advice,
  })
}

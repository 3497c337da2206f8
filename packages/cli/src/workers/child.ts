/** A worker process: told once what it is, then given jobs one at a time. Started by pool.ts. */
import { asThalwegError, EXIT } from '../errors.ts'
import { handOver, leave, suddenEnd } from '../sudden-end.ts'
import type { FromChild, Task, ToChild } from './pool.ts'
import { openTask, type TaskDescription } from './task.ts'

let task: Promise<Task> | undefined
let stopping: AbortController | undefined

function tell(message: FromChild): void {
  // A parent that goes while this is under way hears nothing any more: the end of the connection ends this process, too.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

process.on('message', (message: ToChild) => {
  if (message.type === 'open') {
    // Parent and child are the same program.
    task = openTask(message.task as TaskDescription)
    // A job will say what went wrong.
    task.catch(() => undefined)
  } else if (message.type === 'stop') stopping?.abort()
  else void carryOut(message.job)
})

async function carryOut(job: unknown): Promise<void> {
  stopping = new AbortController()
  const sudden = suddenEnd()
  try {
    if (!task) throw new TypeError('a job before the task')
    const act = await task
    sudden.listen()
    const signal = AbortSignal.any([stopping.signal, sudden.signal])
    const result = await act(job, { signal, onEvent: (event) => tell({ type: 'event', event }) })
    const cause = sudden.error()
    if (cause) throw cause
    tell({ type: 'done', result })
  } catch (error) {
    const { code, rule, received, try: advice } = asThalwegError(error)
    tell({ type: 'error', error: { code, rule, received, try: advice } })
  } finally {
    sudden.release()
  }
}

process.on('uncaughtException', (error) => {
  if (handOver(error)) return
  console.error(error)
  leave(EXIT.failed)
})

// Ctrl-C reaches every process of the terminal: the parent decides what it means.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => leave(EXIT.done))

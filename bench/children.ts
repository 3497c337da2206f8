/**
 * Processes that the bench starts. None outlives it: a contender in the midst of its slice would go on computing, and spoil
 * the figures of whatever is measured next.
 */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  fork,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process'
import { EXIT } from '../packages/cli/src/errors.ts'

const running = new Set<ChildProcess>()

export function startChild(
  [program, ...args]: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): ChildProcessWithoutNullStreams {
  return adopt(spawn(program, args, { ...options, stdio: 'pipe' }))
}

/** A program of the bench's own in a process of its own, to be spoken to by messages. */
export function forkChild(program: string, args: readonly string[]): ChildProcess {
  return adopt(fork(program, args))
}

function adopt<Child extends ChildProcess>(child: Child): Child {
  running.add(child)
  const forget = (): void => void running.delete(child)
  child.on('close', forget)
  child.on('error', forget)
  return child
}

/** How often it is looked whether npm is still there. */
const LOOK_MS = 100

/** From now on a signal, and the end of this process for any other reason, takes all of them along at once. */
export function endChildrenWithThis(): void {
  process.on('exit', killAll)
  watchNpm()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      console.error('interrupted: what was measured so far is not written')
      process.exit(EXIT.interrupted)
    })
}

/** npm passes a signal on to its shell alone, which dies of it without a word; what it ran only gets another parent. */
function watchNpm(): void {
  const parent = process.ppid
  if (process.env.npm_lifecycle_event === undefined) return
  setInterval(() => {
    if (process.ppid !== parent) process.exit(EXIT.interrupted)
  }, LOOK_MS).unref()
}

/** They may be computing, and would not look at a signal that can be handled. */
function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

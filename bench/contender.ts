/** A contender seen from the bench: a child process, asked one thing at a time, asleep in between. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { startChild } from './children.ts'
import type { Answer, Ready, Request } from './protocol.ts'
import type { Workload } from './workloads.ts'

export interface ContenderOptions {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Why a contender does not do what it was asked. */
export interface Refusal {
  readonly unsupported: string
}

export interface Contender {
  readonly name: string
  /** Waits until the process has loaded what it computes with. */
  greet(): Promise<Ready | Refusal>
  prepare(workload: Workload, threads: number): Promise<Ready | Refusal>
  /** The losses of the first steps after `prepare`. */
  trace(steps: number): Promise<readonly number[] | Refusal>
  /** Milliseconds per step, several figures. */
  measure(seconds: number): Promise<readonly number[] | Refusal>
  /** Bytes of memory that the process holds now, and the most it ever held. Linux only. */
  memory(): { readonly now: number; readonly most: number } | undefined
  close(): void
}

/** @param patience seconds to wait for what is asked */
export function startContender({ name, command, env }: ContenderOptions, patience: number): Contender {
  const child = startChild(command, { env: { ...process.env, ...env } })
  const ending = new Promise<undefined>((resolve) => {
    child.on('close', () => resolve(undefined))
    child.on('error', (error) => {
      complaint += error.message
      resolve(undefined)
    })
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let complaint = ''
  child.stderr.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(-2000)
  })
  // A process that is gone says so by ending; that nobody reads what it is sent says nothing more.
  child.stdin.on('error', () => undefined)

  /** Whoever has not answered `seconds` after what it was asked for should have taken is given up. */
  async function ask(request: Request, seconds: number): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const waiting = new AbortController()
    const late = setTimeout(seconds * 1000, 'late' as const, { signal: waiting.signal }).catch(() => undefined)
    const answer = await Promise.race([answers.next(), ending, late])
    waiting.abort()
    if (answer === 'late') {
      child.kill('SIGKILL')
      return { unsupported: `no answer in ${seconds} s` }
    }
    if (answer === undefined || answer.done) {
      await ending
      return { unsupported: lastLine(complaint) }
    }
    return JSON.parse(answer.value) as Answer
  }

  return {
    name,
    greet: async () => readyIn(await ask({ command: 'greet' }, patience)),
    prepare: async (workload, threads) => readyIn(await ask({ command: 'prepare', workload, threads }, patience)),
    async trace(steps) {
      const answer = await ask({ command: 'trace', steps }, patience)
      return 'losses' in answer ? answer.losses : refusalIn(answer)
    },
    async measure(seconds) {
      const answer = await ask({ command: 'measure', seconds }, patience + seconds)
      return 'milliseconds' in answer ? answer.milliseconds : refusalIn(answer)
    },
    memory: () => memoryOf(child),
    close: () => void child.kill(),
  }
}

function readyIn(answer: Answer): Ready | Refusal {
  return 'ready' in answer ? answer.ready : refusalIn(answer)
}

function refusalIn(answer: Answer): Refusal {
  return 'unsupported' in answer ? answer : { unsupported: 'it answered something else' }
}

/** The kernel's own account. (getrusage would not do: there a process begins with the most that its parent ever held.) */
function memoryOf({ pid, exitCode, signalCode }: ChildProcess): { now: number; most: number } | undefined {
  if (process.platform !== 'linux' || exitCode !== null || signalCode !== null) return undefined
  const file = `/proc/${pid}/status`
  // One that was just killed is gone before it is known here.
  if (!existsSync(file)) return undefined
  const status = readFileSync(file, 'utf8')
  const bytes = (field: string): number => 1024 * Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1])
  return { now: bytes('VmRSS'), most: bytes('VmHWM') }
}

/** The line of a crash that says why: the last one that names an error. */
function lastLine(text: string): string {
  const found = text.split('\n').filter((line) => /error/i.test(line))
  return (found.at(-1) ?? text.trim().split('\n').at(-1) ?? '').slice(0, 120) || 'it ended without a word'
}

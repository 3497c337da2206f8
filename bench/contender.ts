/** A contender seen from the bench: a child process, asked one thing at a time, asleep in between. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Answer, Request } from './protocol.ts'
import type { Workload } from './workloads.ts'

export interface ContenderOptions {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Contender {
  readonly name: string
  /** What it says of itself once it is ready, or why it cannot do the work. */
  prepare(workload: Workload, threads: number): Promise<{ about: string } | { unsupported: string }>
  /** Milliseconds per step, several figures. */
  measure(seconds: number): Promise<readonly number[]>
  close(): void
}

export function startContender({ name, command, env }: ContenderOptions): Contender {
  const [program, ...args] = command
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const lines: Interface | undefined = child.stdout === null ? undefined : createInterface({ input: child.stdout })
  let complaint = ''
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(-2000)
  })
  const gone = once(child, 'close').then(
    () => undefined,
    () => undefined,
  )

  async function ask(request: Request): Promise<Answer> {
    if (lines === undefined || child.exitCode !== null) return { unsupported: lastLine(complaint) }
    const answered = once(lines, 'line').then(([line]: string[]) => JSON.parse(line) as Answer)
    child.stdin?.write(`${JSON.stringify(request)}\n`)
    return (await Promise.race([answered, gone])) ?? { unsupported: lastLine(complaint) }
  }

  return {
    name,
    async prepare(workload, threads) {
      const answer = await ask({ command: 'prepare', workload, threads })
      return 'ready' in answer
        ? { about: answer.ready }
        : { unsupported: 'unsupported' in answer ? answer.unsupported : 'no answer' }
    },
    async measure(seconds) {
      const answer = await ask({ command: 'measure', seconds })
      return 'milliseconds' in answer ? answer.milliseconds : []
    },
    close: () => void child.kill(),
  }
}

/** The line of a crash that says why: the last one that names an error. */
function lastLine(text: string): string {
  const found = text.split('\n').filter((line) => /error/i.test(line))
  return (found.at(-1) ?? text.trim().split('\n').at(-1) ?? '').slice(0, 120) || 'it ended without a word'
}

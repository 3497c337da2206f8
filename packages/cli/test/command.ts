/** The command line under test: in this process, with what it wrote, or as a process of its own that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { latestCheckpoint } from 'thalweg/train'
import { onTestFinished } from 'vitest'
import { main } from '../src/main.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output of `--json`, line by line. */
  readonly events: readonly JsonEvent[]
}

export type JsonEvent = { readonly type: string } & Readonly<Record<string, unknown>>

/** Runs a command in this process. */
export function thalweg(...args: string[]): Promise<Outcome> {
  return thalwegRead(() => true, ...args)
}

/** The same, with a reader of standard output that sees each text and goes when it answers false. */
export async function thalwegRead(reads: (text: string) => boolean, ...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' }
  const reader = new AbortController()
  const stdout = {
    write(text: string) {
      if (reader.signal.aborted) return
      written.stdout += text
      if (!reads(text)) reader.abort()
    },
  }
  const stderr = { write: (text: string) => (written.stderr += text) }
  const code = await main(args, { stdout, stderr, gone: reader.signal })
  return { code, ...written, events: eventsIn(args, written.stdout) }
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Outcome>
  /** Resolves with the first event of this type that `--json` tells. */
  event(type: string): Promise<JsonEvent>
}

/** The command as it is built. */
export const BUILT: string = fileURLToPath(new URL('../dist/bin.js', import.meta.url))

export function requireBuild(): void {
  if (!existsSync(BUILT)) throw new Error('packages/cli/dist is missing: run `npm run build` first')
}

/** Starts the built command as a process of its own. */
export function start(args: readonly string[], nodeOptions: readonly string[] = [], program: string = BUILT): Started {
  requireBuild()
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const written = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  const told: JsonEvent[] = []
  let read = 0
  child.stdout.on('data', (chunk) => {
    written.stdout += chunk
    const end = written.stdout.lastIndexOf('\n') + 1
    told.push(...eventsIn(args, written.stdout.slice(read, end)))
    read = end
    for (const look of waiting) look()
  })
  child.stderr.on('data', (chunk) => {
    written.stderr += chunk
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, ...written, events: eventsIn(args, written.stdout) }))
  })
  function event(type: string): Promise<JsonEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = told.find((one) => one.type === type)
        if (found) {
          waiting.delete(look)
          resolve(found)
        }
      }
      waiting.add(look)
      look()
      ended.then(({ stderr }) => reject(new Error(`ended without ${type}: ${stderr}`)), reject)
    })
  }
  return { child, ended, event }
}

/**
 * Options of Node with which a started command signals itself as it tells the first event of a type: a signal from here may
 * come when a short run is over, if this process was busy.
 *
 * @param folder where the hook may lie
 */
export function signallingItself(folder: string, signal: NodeJS.Signals, type: string): string[] {
  const hook = join(folder, `${signal}-at-${type}.mjs`)
  writeFileSync(
    hook,
    `const write = process.stdout.write.bind(process.stdout)
let isDone = false
process.stdout.write = (text, ...rest) => {
  const hasRoom = write(text, ...rest)
  if (!isDone && String(text).includes('"type":"${type}"')) {
    isDone = true
    process.kill(process.pid, '${signal}')
  }
  return hasRoom
}
`,
  )
  return ['--import', hook]
}

/** The processes that one has begun, as Linux knows them. */
export function childrenOf({ pid }: ChildProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

/** The last line may be torn where the process was killed. */
function eventsIn(args: readonly string[], text: string): JsonEvent[] {
  if (!args.includes('--json')) return []
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as JsonEvent)
}

/** An empty folder that is gone when the test is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** SHA-256 over the final weights, running statistics and optimizer state of a run. */
export async function digestOf(run: string): Promise<string> {
  const { snapshot } = await latestCheckpoint(join(run, 'checkpoints'))
  const hash = createHash('sha256')
  for (const [name, { data }] of snapshot.arrays) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

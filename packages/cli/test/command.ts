/** The command line under test: in this process, with what it wrote, or as a process of its own that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
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
export async function thalweg(...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (written[name] += text) })
  const code = await main(args, { stdout: stream('stdout'), stderr: stream('stderr') })
  return { code, ...written, events: eventsIn(args, written.stdout) }
}

/** Starts a command as a process of its own, from source. */
export function start(
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Outcome> & { child: ChildProcess } {
  const program = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', ...nodeOptions, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (written.stdout += chunk))
  child.stderr.on('data', (chunk) => (written.stderr += chunk))
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, ...written, events: eventsIn(args, written.stdout) }))
  })
  return Object.assign(ended, { child })
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

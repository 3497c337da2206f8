/**
 * One process at a time works on a run. Each that wants to writes a lock of its own into the folder, then looks for others:
 * if one that lives was there, it takes its own away again and says so. Two that begin at the same moment may both step
 * back; never do both go on. What a killed process left behind is removed, as it is nobody's. Where no one can see whether
 * a process lives (another machine, a shared disk), it counts as alive.
 */
import { readFileSync, rmSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from 'thalweg/train'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { listFilesOf } from '../read.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  /** ISO 8601. */
  readonly since: string
  /** When the process began, where the system tells it: a later process of the same id began at another time. */
  readonly began?: string | undefined
}

const holderSchema: z.ZodType<Holder> = z.object({
  pid: z.number().int(),
  host: z.string(),
  since: z.string(),
  began: z.string().optional(),
})

export interface Lock {
  /** Of the folder by the name that it has then. */
  release(folder: string): void
}

export function isLock(file: string): boolean {
  return /^[.]lock-[0-9a-f]{8}[.]json$/.test(file)
}

/**
 * Takes a folder, which must exist.
 *
 * @throws ThalwegError `usage/run-in-use` where another process has it
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const own = `.lock-${crypto.randomUUID().slice(0, 8)}.json`
  const holder: Holder = {
    pid: process.pid,
    host: os.hostname(),
    since: new Date().toISOString(),
    began: beginningOf(process.pid),
  }
  await writeFileAtomic(path.join(folder, own), JSON.stringify(holder))
  const release = (at: string): void => rmSync(path.join(at, own), { force: true })
  const other = await otherHolder(folder, own)
  if (other) {
    release(folder)
    throw inUse(folder, other)
  }
  return { release }
}

/** Who works on a folder, this process included; locks of the dead are removed on the way. */
export function holderOf(folder: string): Promise<Holder | undefined> {
  return otherHolder(folder, undefined)
}

async function otherHolder(folder: string, own: string | undefined): Promise<Holder | undefined> {
  for (const file of await listFilesOf(folder)) {
    if (!isLock(file) || file === own) continue
    const holder = await readHolder(path.join(folder, file))
    if (holder && isAlive(holder)) return holder
    await fs.rm(path.join(folder, file), { force: true })
  }
  return undefined
}

/** Nothing where the lock was released meanwhile, or is none. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await fs.readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}

function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== os.hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // EPERM: it is there, and someone else's.
    if ((cause as { code?: string }).code === 'ESRCH') return false
  }
  const [state] = statusOf(pid)
  // Dead, and only waiting for its parent to ask how it ended.
  if (state === 'Z') return false
  const now = beginningOf(pid)
  return began === undefined || now === undefined || now === began
}

/** Ticks between the start of the machine and that of the process, field 22 of proc(5); nothing where there is no /proc. */
function beginningOf(pid: number): string | undefined {
  return statusOf(pid)[19]
}

/** What the system tells of a process from field 3 of proc(5) on: its state, then numbers. Empty where there is no /proc. */
function statusOf(pid: number): readonly string[] {
  try {
    // The name of the program, in parentheses, may hold anything.
    return (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ')
  } catch {
    return []
  }
}

function inUse(folder: string, { pid, host, since }: Holder): Error {
  const where = host === os.hostname() ? '' : ` on ${host}`
  return usage('run-in-use', {
    rule: `train: one process at a time works on ${folder}`,
    received: `process ${pid}${where}, which has it since ${since}`,
    try: where
      ? `wait until it is done; if it is dead, remove the .lock- file`
      : `wait until it is done, or end it with kill ${pid}`,
  })
}

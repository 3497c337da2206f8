/**
 * Where a study is kept: facts, one after the other, nothing ever changed. From them it is put together again, so whatever
 * can append and read in order will do: memory, a file, a table of a database.
 */

import { ThalwegError } from '../../base/index.ts'
import { appendLine, listFiles, readBytes, writeFileAtomic } from '../../train/files.ts'
import type { Direction, Job, Outcome, Report } from './job.ts'

/** What a study is: none of it may change while the study lasts. */
export interface StudyDescription {
  /** Each dimension by its path, as text. */
  readonly space: Readonly<Record<string, string>>
  readonly sampler: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly pruner: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly direction: Direction
  readonly seed: number
  /** Only where the pruner plans for a number of trials. */
  readonly trials?: number | undefined
}

export type Fact =
  | { readonly type: 'study'; readonly version: 1; readonly study: StudyDescription }
  /** A job began; `params` is for people who read along. */
  | { readonly type: 'job'; readonly job: Job; readonly params: unknown }
  | {
      readonly type: 'result'
      readonly index: number
      readonly outcome: Outcome
      readonly reports: readonly Report[]
      readonly seconds: number
    }

export interface StudyStorage {
  /** All that was appended, in order. */
  read(): Promise<readonly Fact[]>
  /** Resolves when the fact is safe. */
  append(fact: Fact): Promise<void>
}

export function memoryStorage(): StudyStorage {
  const facts: Fact[] = []
  return {
    read: async () => [...facts],
    append: async (fact) => void facts.push(fact),
  }
}

/**
 * A file with a line of JSON for each fact, each flushed to the disk before the study goes on. A last line that was torn by
 * a crash is dropped. Node only; one study at a time.
 *
 * @throws ThalwegError `tune/bad-study` where a line is no fact, `train/read-failed`, `train/write-failed`
 */
export function fileStorage(path: string): StudyStorage {
  return {
    async read() {
      const { dirname, basename } = await import('node:path')
      if (!(await listFiles(dirname(path))).includes(basename(path))) return []
      const text = new TextDecoder().decode(await readBytes(path))
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      if (whole !== text) await writeFileAtomic(path, whole)
      return whole
        .split('\n')
        .slice(0, -1)
        .map((line, index) => parseFact(line, `${path}, line ${index + 1}`))
    },
    append: (fact) => appendLine(path, JSON.stringify(fact)),
  }
}

function parseFact(line: string, where: string): Fact {
  let fact: unknown
  try {
    fact = JSON.parse(line)
  } catch (cause) {
    throw badStudy(where, cause instanceof Error ? cause.message : String(cause))
  }
  if (isFact(fact)) return fact
  throw badStudy(where, line.slice(0, 80))
}

function isFact(value: unknown): value is Fact {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  if (value.type === 'study') return 'version' in value && value.version === 1 && 'study' in value
  if (value.type === 'job') return 'job' in value
  return value.type === 'result' && 'index' in value && 'outcome' in value && 'reports' in value
}

function badStudy(where: string, received: string): ThalwegError {
  return new ThalwegError('tune/bad-study', {
    rule: `read ${where}: it must be a fact of a study of this version`,
    received,
    try: 'name the file of another study, or begin a new one',
  })
}

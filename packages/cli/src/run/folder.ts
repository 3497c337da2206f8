/**
 * The folder of a run:
 *
 *   manifest.json         seed, recipe, versions, fingerprint of the data; written once
 *   preprocessing.json    what prediction does to its inputs
 *   experiment.*          a copy of the experiment file, if there is one
 *   metrics.jsonl         one epoch a line
 *   case.jsonl            what the babysitter saw and did; and
 *   report.html           the run on one page, written at the end
 *   checkpoints/          the newest ones and the best
 *   model.safetensors     the weights in the end, and
 *   run.json              what `loadRun` of the library needs beside them
 *   result.json           written last: the run is finished
 *
 * It appears all at once under its final name, when everything fits and before the first step. While a process works on
 * it, it holds a lock (lock.ts).
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { type Preprocessing, readPreprocessing } from 'thalweg/data'
import { type EpochEvent, writeFileAtomic } from 'thalweg/train'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { exists, listFilesOf } from '../read.ts'
import { holderOf, isLock, type Lock, lockFolder } from './lock.ts'
import { type Manifest, manifestSchema } from './manifest.ts'
import { readOrigin } from './origin.ts'

/** What a study writes down about itself (tune/folder.ts). */
const STUDY = 'study.json'

export interface RunFolder {
  readonly path: string
  readonly checkpoints: string
}

export interface Result {
  readonly testLoss?: number
  readonly testAccuracy?: number
  readonly testR2?: number
  readonly epochs: number
  /** Whose weights the run ended with, where it took those of its best epoch. */
  readonly bestEpoch?: number
  readonly seconds: number
  /** Of an ensemble: what its combined logits are divided by. */
  readonly temperature?: number
}

export function runFolder(folder: string): RunFolder {
  return { path: folder, checkpoints: path.join(folder, 'checkpoints') }
}

export function reportFile({ path: folder }: RunFolder): string {
  return path.join(folder, 'report.html')
}

/** `digits-20261123-230145-k3f9`: sorted by name is sorted by time, and two at once do not collide. */
export function runName(base: string, now: Date = new Date()): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
  const safe = base.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
  return `${safe}-${day}-${time}-${crypto.randomUUID().slice(0, 4)}`
}

/** Nothing is ever written over: the folder must be new or empty. */
export async function refuseTaken(folder: string): Promise<void> {
  const files = await fs.readdir(folder).catch((cause: { code?: string }): string[] => {
    if (cause.code === 'ENOENT') return []
    throw usage('bad-out', {
      rule: `train: --out must name a folder`,
      received: `${folder} (${cause.code})`,
      try: 'give the path of a folder that does not exist yet',
    })
  })
  if (files.length === 0) return
  const isRun = files.includes('manifest.json')
  const isFinished = files.includes('result.json')
  throw usage('out-taken', {
    rule: 'train: --out must name a new or an empty folder',
    received: `${folder}, which holds ${isFinished ? 'a finished run' : isRun ? 'a run that is not finished' : `${files.length} files`}`,
    try: isRun && !isFinished ? `thalweg train --resume ${folder}, or another folder` : 'give another folder',
  })
}

export interface RunContents {
  readonly manifest: Manifest
  readonly preprocessing: Preprocessing | undefined
  readonly experiment: { readonly file: string; readonly text: string } | undefined
}

/** Writes everything into a hidden neighbour, then gives it its name; the lock goes with it. */
export async function createRunFolder({ path: folder }: RunFolder, contents: RunContents): Promise<Lock> {
  const parent = path.dirname(path.resolve(folder))
  await clearStagings(parent)
  const staging = path.join(parent, `.${path.basename(folder)}.${crypto.randomUUID().slice(0, 8)}${STAGING}`)
  try {
    const lock = await lockFolder(staging)
    await writeFileAtomic(path.join(staging, 'manifest.json'), json(contents.manifest))
    if (contents.preprocessing) {
      await writeFileAtomic(path.join(staging, 'preprocessing.json'), json(contents.preprocessing))
    }
    if (contents.experiment) {
      const { file, text } = contents.experiment
      await writeFileAtomic(path.join(staging, `experiment${path.extname(file)}`), text)
    }
    await fs.mkdir(path.join(staging, 'checkpoints'))
    await fs.rename(staging, folder)
    await flushFolder(parent)
    return lock
  } catch (cause) {
    await fs.rm(staging, { recursive: true, force: true })
    const { code } = cause as { code?: string }
    if (code === 'ENOTEMPTY' || code === 'EEXIST') await refuseTaken(folder)
    throw cause
  }
}

const STAGING = '.thalweg.tmp'
/** A process that makes a folder has its lock in it long before. */
const LOCKED_MS = 60_000

/** What processes left behind that were killed while they made a run folder here. */
async function clearStagings(parent: string): Promise<void> {
  for (const name of await listFilesOf(parent)) {
    if (!name.startsWith('.') || !name.endsWith(STAGING)) continue
    const staging = path.join(parent, name)
    const wasLocked = (await listFilesOf(staging)).some(isLock)
    const { mtimeMs } = await fs.stat(staging).catch(() => ({ mtimeMs: Date.now() }))
    if (await holderOf(staging)) continue
    if (wasLocked || Date.now() - mtimeMs > LOCKED_MS) await fs.rm(staging, { recursive: true, force: true })
  }
}

/** The new name survives a loss of power only once its folder is flushed; not every system lets a folder be opened. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

export async function readManifest({ path: folder }: RunFolder): Promise<Manifest> {
  const file = path.join(folder, 'manifest.json')
  if (await exists(file)) return readOrigin(file, manifestSchema, 'run')
  const study = await nextOfStudy(folder)
  throw usage('no-run', {
    rule: 'the run must be a folder that thalweg train made',
    received: `${folder} (${study ? 'the folder of a study' : (await exists(folder)) ? 'no manifest.json in it' : 'no such folder'})`,
    try: study ?? 'give the path that was printed when the run ended, such as runs/digits-...',
  })
}

/** A study holds runs, or leads to them; undefined where the folder is none. */
async function nextOfStudy(folder: string): Promise<string | undefined> {
  if (!(await exists(path.join(folder, STUDY)))) return undefined
  const [together, best] = [path.join(folder, 'ensemble'), path.join(folder, 'best.ts')]
  if (await exists(path.join(together, 'manifest.json'))) return `${together}, the run that its best trials make`
  if (await exists(best)) return `thalweg train ${best}, and then the run that it leaves`
  return `thalweg tune --resume ${folder}`
}

export async function readRunPreprocessing({ path: folder }: RunFolder): Promise<Preprocessing | undefined> {
  const file = path.join(folder, 'preprocessing.json')
  if (!(await exists(file))) return undefined
  return readPreprocessing(JSON.parse(await fs.readFile(file, 'utf8')), file)
}

export async function hasCheckpoints({ checkpoints }: RunFolder): Promise<boolean> {
  return (await listFilesOf(checkpoints)).some((file) => file.endsWith('.safetensors'))
}

export async function isFinished({ path: folder }: RunFolder): Promise<boolean> {
  return exists(path.join(folder, 'result.json'))
}

export async function writeResult({ path: folder }: RunFolder, result: Result): Promise<void> {
  await writeFileAtomic(path.join(folder, 'result.json'), json(result))
}

/** What is asked of a result later; an earlier version may not have written all of it. */
export type KnownResult = { readonly [Figure in keyof Omit<Result, 'bestEpoch'>]?: Result[Figure] | undefined }

const resultSchema: z.ZodType<KnownResult> = z.object({
  testLoss: z.number().optional(),
  testAccuracy: z.number().optional(),
  testR2: z.number().optional(),
  epochs: z.number().int().optional(),
  seconds: z.number().optional(),
  temperature: z.number().positive().optional(),
})

/** Nothing before the end of a run. */
export async function readResult(folder: RunFolder): Promise<KnownResult | undefined> {
  const file = path.join(folder.path, 'result.json')
  if (!(await exists(file))) return undefined
  return resultSchema.safeParse(JSON.parse(await fs.readFile(file, 'utf8'))).data ?? {}
}

/** For a later sitting: it is not finished any more, if it was, and has what may have grown since. */
export async function reopenRunFolder({ path: folder }: RunFolder, manifest: Manifest): Promise<void> {
  await fs.rm(path.join(folder, 'result.json'), { force: true })
  await writeFileAtomic(path.join(folder, 'manifest.json'), json(manifest))
}

/** Begins the metrics anew with what a checkpoint knows, so that no epoch is there twice. */
export async function rewriteMetrics({ path: folder }: RunFolder, history: readonly EpochEvent[]): Promise<void> {
  await writeFileAtomic(path.join(folder, 'metrics.jsonl'), history.map(metricsLine).join(''))
}

/** Takes away what came after `epochs`, at once: from the list, and from the file that lines are appended to. */
export function cutMetrics({ path: folder }: RunFolder, history: EpochEvent[], epochs: number): void {
  history.length = Math.min(history.length, epochs)
  writeFileSync(path.join(folder, 'metrics.jsonl'), history.map(metricsLine).join(''))
}

/** One line at the end, at once; a torn last line is dropped when the run is resumed. */
export function appendMetrics({ path: folder }: RunFolder, event: EpochEvent): void {
  const file = path.join(folder, 'metrics.jsonl')
  try {
    appendFileSync(file, metricsLine(event))
  } catch (cause) {
    throw new ThalwegError('cli/write-failed', {
      rule: `write ${file}: the line must be written completely`,
      received: cause instanceof Error ? cause.message : String(cause),
      try: 'free some space on this disk, and go on with --resume',
      cause,
    })
  }
}

function metricsLine(event: EpochEvent): string {
  return `${JSON.stringify(event)}\n`
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/**
 * The four files of a named dataset: from `--data DIR`, from the folder of a Debian package, from the user's cache, else
 * downloaded once into that cache, checked, and resumed where an earlier attempt broke off.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  download,
  type FileRole,
  type NamedDataset,
  type NamedFiles,
  notProvided,
  type RemoteFile,
  sha256,
} from 'thalweg/data'
import { clearTemporaries, writeFileAtomic } from 'thalweg/train'
import { usage } from '../errors.ts'
import { exists } from '../read.ts'
import { bytes as bytesText, percent } from '../terminal/format.ts'
import type { LoadContext } from './source.ts'

export interface Provided {
  readonly files: NamedFiles
  readonly paths: readonly string[]
}

export async function provide(named: NamedDataset, context: LoadContext): Promise<Provided> {
  const cache = path.join(cacheFolder(), named.name)
  const folders = context.folder === undefined ? [named.package?.folder, cache] : [context.folder]
  const lookedIn = folders.filter((folder): folder is string => folder !== undefined)
  for (const folder of lookedIn) {
    const paths = await findAll(named, folder)
    if (paths) return read(named, paths)
  }
  if (context.folder !== undefined) throw incomplete(named, context.folder)
  return read(named, await downloadAll(named, cache, lookedIn, context))
}

/** `$XDG_CACHE_HOME/thalweg`, else `~/.cache/thalweg`. */
function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'thalweg')
}

type Paths = Readonly<Record<FileRole, string>>

/** Where each file lies in `folder`, gzipped or not; nothing unless all of them are there. */
async function findAll(named: NamedDataset, folder: string): Promise<Paths | undefined> {
  const found: Partial<Record<FileRole, string>> = {}
  for (const { role, file } of named.files) {
    const candidates = [file, file.replace(/[.]gz$/, '')].map((name) => path.join(folder, name))
    const isThere = await Promise.all(candidates.map(exists))
    const first = candidates.find((_, index) => isThere[index])
    if (first === undefined) return undefined
    found[role] = first
  }
  return found as Paths
}

async function read(named: NamedDataset, paths: Paths): Promise<Provided> {
  const entries = await Promise.all(
    named.files.map(async ({ role }) => {
      const file = paths[role]
      return [role, { file, bytes: new Uint8Array(await fs.readFile(file)) }] as const
    }),
  )
  return { files: Object.fromEntries(entries) as unknown as NamedFiles, paths: Object.values(paths) }
}

function incomplete(named: NamedDataset, folder: string): Error {
  return usage('missing-file', {
    rule: `${named.name}: --data must name a folder with all four files`,
    received: folder,
    try: `put ${named.files.map(({ file }) => file).join(', ')} there (with or without .gz), or leave --data out`,
  })
}

async function downloadAll(
  named: NamedDataset,
  cache: string,
  lookedIn: readonly string[],
  { voice, signal }: LoadContext,
): Promise<Paths> {
  const paths: Partial<Record<FileRole, string>> = {}
  try {
    await fs.mkdir(cache, { recursive: true })
    await clearTemporaries(cache)
    for (const remote of named.files) {
      const target = path.join(cache, remote.file)
      if (!(await isWhole(target, remote))) {
        await downloadOne(named, remote, target, signal, (received) => {
          const share = percent(received / remote.bytes)
          voice.show(`downloading ${remote.file}  ${bytesText(received)} of ${bytesText(remote.bytes)}  ${share}`)
        })
        voice.hide()
        voice.say(`downloaded ${target} (${bytesText(remote.bytes)}, SHA-256 as expected)`)
      }
      paths[remote.role] = target
    }
  } catch (cause) {
    voice.hide()
    if (signal.aborted) throw cause
    throw notProvided(named, lookedIn, cache, cause)
  }
  return paths as Paths
}

async function isWhole(file: string, remote: RemoteFile): Promise<boolean> {
  if (!(await exists(file))) return false
  return (await sha256(new Uint8Array(await fs.readFile(file)))) === remote.sha256
}

/** Keeps what arrives in `FILE.part`, so that the next attempt goes on from there. */
async function downloadOne(
  { mirrors }: NamedDataset,
  { file, bytes, sha256 }: RemoteFile,
  target: string,
  signal: AbortSignal,
  onProgress: (received: number) => void,
): Promise<void> {
  const part = `${target}.part`
  const kept = (await exists(part)) ? new Uint8Array(await fs.readFile(part)) : new Uint8Array(0)
  const handle = await fs.open(part, kept.length > 0 ? 'r+' : 'w+')
  try {
    const whole = await download({
      file,
      mirrors,
      bytes,
      sha256,
      resumeFrom: kept,
      signal,
      onProgress,
      async onChunk(chunk, offset) {
        if (offset === 0) await handle.truncate(0)
        await handle.write(chunk, 0, chunk.length, offset)
      },
    })
    await writeFileAtomic(target, whole)
    await fs.rm(part, { force: true })
  } finally {
    const { size } = await handle.stat()
    await handle.close()
    if (size === 0) await fs.rm(part, { force: true })
  }
}

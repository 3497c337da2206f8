/** What an answer depends on beside its program, as text, so that what was said before is not taken for what is said now. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a worker runs. The kinds and the sampler make programs, which are in the job. */
const OF_WORKERS = /^(tables\/.*|baseline|build|random-search|trial|worker)\.ts$/

export interface Sources {
  readonly library: string
  readonly bench: string
}

/** Hashes over the names and contents of source files, without tests. */
export async function sources(): Promise<Sources> {
  return {
    library: await hashOf(join(import.meta.dirname, '../../packages/thalweg/src'), /\.ts$/),
    bench: await hashOf(import.meta.dirname, OF_WORKERS),
  }
}

async function hashOf(folder: string, files: RegExp): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter(
    (file) => files.test(file) && !file.endsWith('.test.ts'),
  )
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('base64url')
}

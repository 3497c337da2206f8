/** The library as text, so that what it said before is not taken for what it says now. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A hash over the names and contents of the library's source files, without its tests. */
export async function librarySource(): Promise<string> {
  const folder = join(import.meta.dirname, '../../packages/thalweg/src')
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  const hash = createHash('sha256')
  for (const file of files.sort()) hash.update(file).update(await readFile(join(folder, file)))
  return hash.digest('base64url')
}

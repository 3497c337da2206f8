/**
 * The only place in the library that touches a file system, and only when it is called: `node:fs` is imported on demand,
 * so that a page which never saves to a folder never needs it.
 */
import { ThalwegError } from '../base/index.ts'

/**
 * Writes a file so that it exists either as it was or complete, whatever happens in between: into a temporary file of
 * the same folder, flushed to the disk, renamed, and the folder flushed too. Makes the folder. A link stays one: the file that it
 * leads to is written. What is no file, such as a device or a pipe, is written to and stays what it is.
 *
 * @throws ThalwegError `train/write-failed` (a full disk, a folder without permission); nothing is left behind then
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const fs = await import('node:fs/promises')
  const { dirname, basename, join } = await import('node:path')
  const there = await fs.stat(path).catch(() => undefined)
  if (there && !there.isFile())
    return fs.writeFile(path, content).catch((cause) => Promise.reject(writeFailed(path, cause)))
  const target = there ? await fs.realpath(path) : path
  const folder = dirname(target)
  const temporary = join(folder, `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`)
  try {
    await fs.mkdir(folder, { recursive: true })
    const file = await fs.open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await fs.rename(temporary, target)
    await syncFolder(folder)
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined)
    throw writeFailed(path, cause)
  }
}

/**
 * Appends `line` and a line break, and returns when both are on the disk. Makes the folder and the file.
 *
 * @throws ThalwegError `train/write-failed`
 */
export async function appendLine(path: string, line: string): Promise<void> {
  const fs = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  try {
    await fs.mkdir(dirname(path), { recursive: true })
    const file = await fs.open(path, 'a')
    try {
      await file.writeFile(`${line}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw writeFailed(path, cause)
  }
}

/**
 * The bytes of a file.
 *
 * @throws ThalwegError `train/read-failed`
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const fs = await import('node:fs/promises')
  try {
    return await fs.readFile(path)
  } catch (cause) {
    throw new ThalwegError('train/read-failed', {
      rule: `read ${path}: the file must exist and be readable`,
      received: reasonOf(cause),
      try: 'check the path and its permissions',
      cause,
    })
  }
}

/** Names of the files in a folder, sorted; none where there is no such folder. */
export async function listFiles(folder: string): Promise<string[]> {
  const fs = await import('node:fs/promises')
  try {
    return (await fs.readdir(folder)).sort()
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return []
    throw cause
  }
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  const fs = await import('node:fs/promises')
  await fs.rm(path, { force: true })
}

/** Removes a folder with all that is in it, if it is there. */
export async function removeFolder(path: string): Promise<void> {
  const fs = await import('node:fs/promises')
  await fs.rm(path, { recursive: true, force: true })
}

/** A renamed file survives a loss of power only once its folder is flushed. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const fs = await import('node:fs/promises')
  let handle: Awaited<ReturnType<typeof fs.open>>
  try {
    handle = await fs.open(folder, 'r')
  } catch {
    return
  }
  try {
    await handle.sync()
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'EINVAL' && (cause as { code?: string }).code !== 'EPERM') throw cause
  } finally {
    await handle.close()
  }
}

function writeFailed(path: string, cause: unknown): ThalwegError {
  const code = (cause as { code?: string }).code
  return new ThalwegError('train/write-failed', {
    rule: `write ${path}: the file must be written completely`,
    received: reasonOf(cause),
    try:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'free some space on this disk, or choose a folder on another one'
        : 'check that the folder exists, is yours and is writable',
    cause,
  })
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? cause.name) : String(cause)
}

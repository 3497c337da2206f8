/** Reading files that a person named: what is missing or unreadable is wrong usage, said in three lines. */
import fs from 'node:fs/promises'
import { usage } from './errors.ts'

export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

export async function exists(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  )
}

/** Names of what is in a folder; none where there is no such folder. */
export async function listFilesOf(folder: string): Promise<string[]> {
  return fs.readdir(folder).catch(() => [])
}

export async function removeFolder(path: string): Promise<void> {
  await fs.rm(path, { recursive: true, force: true })
}

function unreadable(path: string, cause: unknown): Error {
  const code = (cause as { code?: string }).code
  if (code === 'ENOENT') {
    return usage('missing-file', {
      rule: `read ${path}: the file must exist`,
      received: 'no such file',
      try: 'check the spelling and the folder you are in',
    })
  }
  return usage('unreadable-file', {
    rule: `read ${path}: the file must be readable`,
    received: cause instanceof Error ? cause.message : String(cause),
    try: code === 'EISDIR' ? 'name a file, not a folder' : 'check its permissions',
  })
}

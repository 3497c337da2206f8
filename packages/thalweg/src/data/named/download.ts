/**
 * Downloads one file with whatever `fetch` is given: mirrors in turn, resumed where it broke off (HTTP Range, RFC 9110),
 * checked against its SHA-256. Where the bytes are kept meanwhile is the caller's: `onChunk` says what to write where.
 */
import { ThalwegError } from '../../base/index.ts'
import { sha256 } from '../fingerprint.ts'

export interface DownloadOptions {
  /** The file's name: `mirror + file` is its address. */
  readonly file: string
  /** Folders on the web, with a slash at the end, in the order to try them. */
  readonly mirrors: readonly string[]
  /** Expected size and lower-case hex SHA-256. */
  readonly bytes: number
  readonly sha256: string
  /** The first bytes of the file, from an earlier attempt. */
  readonly resumeFrom?: Uint8Array
  /** Default the platform's own. */
  readonly fetch?: (address: string, request: RequestInit) => Promise<Response>
  /** Called after each piece with the bytes at hand so far. */
  readonly onProgress?: (received: number, total: number) => void
  /** Called with each piece and its place in the file, from 0; a piece at 0 starts the file anew. */
  readonly onChunk?: (chunk: Uint8Array, offset: number) => void | Promise<void>
  readonly signal?: AbortSignal
}

/**
 * The whole file. Bytes that do not match the digest are dropped and fetched once more from the start, from the next
 * mirror if there is one.
 *
 * @throws ThalwegError `data/download-failed` when no mirror gave the right bytes, with each mirror's reason; an abort
 * is thrown as it came
 */
export async function download(options: DownloadOptions): Promise<Uint8Array> {
  const { mirrors, resumeFrom = new Uint8Array(0), signal } = options
  const file: Part = { bytes: new Uint8Array(options.bytes), length: 0 }
  if (resumeFrom.length <= options.bytes) append(file, resumeFrom)
  const failures: string[] = []
  let cause: unknown
  // Two rounds: a file resumed from bad bytes is bad, and deserves one more attempt from its beginning.
  for (const mirror of [...mirrors, ...mirrors]) {
    signal?.throwIfAborted()
    try {
      if (file.length < options.bytes) await fetchRest(mirror + options.file, file, options)
      const digest = await sha256(file.bytes.subarray(0, file.length))
      if (digest === options.sha256) return file.bytes
      failures.push(`${mirror}: SHA-256 ${digest} of ${file.length} bytes`)
      file.length = 0
    } catch (error) {
      if (signal?.aborted) throw error
      cause = error
      failures.push(`${mirror}: ${reasonOf(error)}`)
    }
  }
  throw new ThalwegError('data/download-failed', {
    rule: `download ${options.file}: a mirror must give ${options.bytes} bytes with SHA-256 ${options.sha256}`,
    received: [...new Set(failures)].join('; '),
    try: 'check the network connection and run again: the download goes on where it stopped',
    cause,
  })
}

interface Part {
  readonly bytes: Uint8Array
  /** How many of the bytes are there. */
  length: number
}

/** Fetches what is missing; on return the file is as long as it should be, or an error says why not. */
async function fetchRest(address: string, file: Part, options: DownloadOptions): Promise<void> {
  const get = options.fetch ?? globalThis.fetch
  const start = file.length
  // Digests are of the file as it lies on the mirror, so no packing on the way (browsers keep this header to themselves).
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (start > 0) headers.range = `bytes=${start}-`
  const response = await get(address, { headers, ...(options.signal && { signal: options.signal }) })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new Error(`HTTP ${response.status}`)
  }
  // A server that does not know ranges answers 200 with the whole file; one that answers for another place is not used.
  if (response.status !== 206) file.length = 0
  else if (!response.headers.get('content-range')?.startsWith(`bytes ${start}-`)) {
    await response.body.cancel()
    file.length = 0
    throw new Error('answered with another range than was asked for')
  }
  const reader = response.body.getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const offset = file.length
    if (!append(file, piece.value)) {
      await reader.cancel()
      file.length = 0
      throw new Error(`sent more than ${options.bytes} bytes`)
    }
    await options.onChunk?.(piece.value, offset)
    options.onProgress?.(file.length, options.bytes)
  }
  if (file.length < options.bytes) throw new Error(`ended after ${file.length} of ${options.bytes} bytes`)
}

/** `fetch failed` alone says nothing; its cause says what. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

function append(file: Part, chunk: Uint8Array): boolean {
  if (file.length + chunk.length > file.bytes.length) return false
  file.bytes.set(chunk, file.length)
  file.length += chunk.length
  return true
}

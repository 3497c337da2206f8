/** Gzip through the platform's own streams, with errors that say what is wrong with the file. */
import { ThalwegError } from '../../base/index.ts'

/** Whether bytes begin as a gzip member does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * Unpacks a gzip file of one member.
 *
 * @param file the file's name, for errors
 * @throws ThalwegError `data/bad-gzip` when it is truncated, damaged, or followed by other bytes
 */
export async function gunzip(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  let unpacked: Uint8Array
  try {
    unpacked = await through(bytes, new DecompressionStream('gzip'))
  } catch (cause) {
    throw badGzip(file, bytes.length, 'it ends early or is damaged', cause)
  }
  // Engines disagree on bytes after the end. The last four bytes of a member are the unpacked size modulo 2^32 (RFC 1952).
  const trailer = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (trailer.getUint32(bytes.length - 4, true) !== unpacked.length % 0x100000000) {
    throw badGzip(file, bytes.length, `its last four bytes do not give the unpacked size, ${unpacked.length}`)
  }
  return unpacked
}

/** Packs bytes as one gzip member. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return through(bytes, new CompressionStream('gzip'))
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const source = new Blob([new Uint8Array(bytes)]).stream()
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer())
}

function badGzip(file: string, length: number, what: string, cause?: unknown): ThalwegError {
  return new ThalwegError('data/bad-gzip', {
    rule: `read ${file}: a .gz file must be one whole gzip member`,
    received: `${length} bytes; ${what}`,
    try: 'download the file again, or compare its SHA-256 with the published one',
    cause,
  })
}

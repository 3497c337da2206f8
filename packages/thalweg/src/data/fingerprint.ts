/** SHA-256 through the platform's Web Crypto: the identity of data and of downloaded files. */
import { ThalwegError } from '../base/index.ts'

/**
 * SHA-256 of bytes, as 64 lower-case hex digits.
 *
 * @throws ThalwegError `data/no-crypto` where the platform has no Web Crypto (a page that is not served over HTTPS)
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined) {
    throw new ThalwegError('data/no-crypto', {
      rule: 'sha256: the platform must offer crypto.subtle',
      received: 'a page or engine without it',
      try: 'serve the page over https or from localhost; in Node use version 20.19 or later',
    })
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', new Uint8Array(bytes)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** SHA-256 over a description (any JSON value) and arrays of values, whose bytes are hashed one array at a time. */
export async function fingerprintOf(description: unknown, ...values: readonly ArrayBufferView[]): Promise<string> {
  const parts = [JSON.stringify(description)]
  for (const view of values) parts.push(await sha256(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)))
  return sha256(new TextEncoder().encode(parts.join('\n')))
}

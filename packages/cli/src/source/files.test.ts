import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzip, type NamedDataset, writeIdx } from 'thalweg/data'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyFolder } from '../../test/command.ts'
import { createVoice } from '../voice.ts'
import { provide } from './files.ts'

const images = writeIdx({
  shape: [4, 50, 50],
  values: Uint8Array.from({ length: 10_000 }, (_, i) => Math.abs(Math.sin(i) * 1e5) % 256),
})
const labels = writeIdx({ shape: [4], values: Uint8Array.of(0, 1, 0, 1) })
const contents = new Map<string, Uint8Array>()
let server: Server
let mirror = ''
/** What was asked for: `GET path range`. */
let requests: string[] = []
/** Breaks off each answer after so many bytes. */
let breakAfter = Number.POSITIVE_INFINITY

beforeAll(async () => {
  for (const part of ['train', 't10k']) {
    contents.set(`${part}-images-idx3-ubyte.gz`, await gzip(images))
    contents.set(`${part}-labels-idx1-ubyte.gz`, await gzip(labels))
  }
  server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? ''
    const { range } = request.headers
    requests.push(`${name} ${range ?? 'whole'}`)
    const bytes = contents.get(name) ?? new Uint8Array(0)
    const start = range ? Number.parseInt(range.slice('bytes='.length), 10) : 0
    const part = bytes.subarray(start, Math.min(bytes.length, start + breakAfter))
    const length = { 'content-length': bytes.length - start }
    response.writeHead(
      range ? 206 : 200,
      range ? { ...length, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : length,
    )
    response.write(part, () => (start + part.length < bytes.length ? response.destroy() : response.end()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => server.close())

let cache = ''
beforeEach(() => {
  cache = emptyFolder()
  vi.stubEnv('XDG_CACHE_HOME', cache)
  requests = []
  breakAfter = Number.POSITIVE_INFINITY
})
afterEach(() => vi.unstubAllEnvs())

function dataset(): NamedDataset {
  const roles = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const
  const files = [...contents].map(([file, bytes], index) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { role: roles[index], file, bytes: bytes.length, sha256, contentSha256: '' }
  })
  return { name: 'tiny', title: 'Tiny', classes: ['0', '1'], source: 'here', files, mirrors: [mirror] }
}

function context(folder?: string) {
  const said: string[] = []
  const sink = { write: (text: string) => said.push(text) }
  const voice = createVoice({}, { stdout: sink, stderr: sink })
  return { seed: 1, folder, target: undefined, voice, signal: new AbortController().signal, said }
}

describe('provide', () => {
  it('downloads into the cache once, checked, and takes it from there ever after', async () => {
    const first = context()
    const { files, paths } = await provide(dataset(), first)
    expect(files.trainImages.bytes).toEqual(contents.get('train-images-idx3-ubyte.gz'))
    expect(paths.every((path) => path.startsWith(join(cache, 'thalweg', 'tiny')))).toBe(true)
    expect(requests).toHaveLength(4)
    expect(first.said.join('')).toContain('SHA-256 as expected')
    await provide(dataset(), context())
    expect(requests).toHaveLength(4)
  })

  it('goes on where a download broke off', async () => {
    breakAfter = 1000
    await expect(provide(dataset(), context())).rejects.toMatchObject({ code: 'data/not-provided' })
    const folder = join(cache, 'thalweg', 'tiny')
    const kept = readFileSync(join(folder, 'train-images-idx3-ubyte.gz.part'))
    expect(kept.length).toBeGreaterThan(0)
    breakAfter = Number.POSITIVE_INFINITY
    requests = []
    await provide(dataset(), context())
    expect(requests[0]).toBe(`train-images-idx3-ubyte.gz bytes=${kept.length}-`)
    expect(readdirSync(folder).sort()).toEqual([...contents.keys()].sort())
  })

  it('offline says the three ways to provide the files', async () => {
    const unreachable = { ...dataset(), mirrors: ['http://127.0.0.1:1/'] }
    await expect(provide(unreachable, context())).rejects.toThrow(
      /three ways: \(1\) --data DIR .*; \(2\) .*; \(3\) connect/,
    )
    expect(readdirSync(join(cache, 'thalweg', 'tiny'))).toEqual([])
  })

  it('takes a folder that is named, gzipped or not, and nothing else then', async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'data'))
    for (const [name, bytes] of contents) {
      const isImages = name.includes('images')
      writeFileSync(join(folder, 'data', isImages ? name.replace('.gz', '') : name), isImages ? images : bytes)
    }
    const { files } = await provide(dataset(), context(join(folder, 'data')))
    expect(files.testImages.bytes).toEqual(images)
    await expect(provide(dataset(), context(folder))).rejects.toMatchObject({ code: 'usage/missing-file' })
    expect(requests).toEqual([])
  })
})

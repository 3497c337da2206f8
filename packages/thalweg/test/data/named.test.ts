import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  assembleNamed,
  type DownloadOptions,
  download,
  fashionMnist,
  gunzip,
  mnist,
  type NamedFiles,
  namedDatasets,
  notProvided,
  sha256,
  writeIdx,
} from 'thalweg/data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fails } from './fails.ts'
import { isShared, sharedPath } from './shared.ts'

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256)
const digest = digestOf(content)

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What the server does with `/<way>/file`. */
type Way = 'good' | 'noRange' | 'wrong' | 'missing' | 'cut' | 'long' | 'otherRange'

describe('download', () => {
  let server: Server
  let origin: string
  let asked: string[]

  beforeAll(async () => {
    server = createServer((request, response) => {
      const way = (request.url ?? '').split('/')[1] as Way
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      asked.push(`${way} ${start}`)
      if (way === 'missing') {
        response.writeHead(404).end('no')
        return
      }
      const from = way === 'noRange' ? 0 : start
      const range = `bytes ${way === 'otherRange' ? from + 1 : from}-${content.length - 1}/${content.length}`
      response.writeHead(from > 0 ? 206 : 200, from > 0 ? { 'content-range': range } : {})
      const body = way === 'wrong' ? content.map((byte) => byte ^ 1) : content
      if (way === 'cut') {
        response.write(body.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 20))
      } else {
        response.end(way === 'long' ? Buffer.concat([body, body]) : body.subarray(from))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const get = (ways: Way[], more: Partial<DownloadOptions> = {}): Promise<Uint8Array> => {
    asked = []
    const mirrors = ways.map((way) => `${origin}/${way}/`)
    return download({ file: 'file', mirrors, bytes: content.length, sha256: digest, ...more })
  }

  it('fetches a file, tells how far it is, and hands over each piece and its place', async () => {
    const progress: number[] = []
    const kept = new Uint8Array(content.length)
    const bytes = await get(['good'], {
      onProgress: (received, total) => {
        expect(total).toBe(content.length)
        progress.push(received)
      },
      onChunk: (chunk, offset) => kept.set(chunk, offset),
    })
    expect(digestOf(bytes)).toBe(digest)
    expect(digestOf(kept)).toBe(digest)
    expect(progress.at(-1)).toBe(content.length)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
  })

  it('goes on where an earlier attempt stopped', async () => {
    expect(digestOf(await get(['good'], { resumeFrom: content.subarray(0, 120_001) }))).toBe(digest)
    expect(asked).toEqual(['good 120001'])
    expect(digestOf(await get(['good'], { resumeFrom: content }))).toBe(digest)
    expect(asked).toEqual([])
  })

  it('starts anew where the server knows no ranges, or the bytes at hand are wrong', async () => {
    const offsets: number[] = []
    const onChunk = (_: Uint8Array, offset: number): void => void offsets.push(offset)
    expect(digestOf(await get(['noRange'], { resumeFrom: content.subarray(0, 50), onChunk }))).toBe(digest)
    expect(offsets[0]).toBe(0)
    expect(digestOf(await get(['good'], { resumeFrom: new Uint8Array(500) }))).toBe(digest)
    expect(asked).toEqual(['good 500', 'good 0'])
    expect(digestOf(await get(['good'], { resumeFrom: new Uint8Array(content.length + 1) }))).toBe(digest)
  })

  it.each<[Way, string[]]>([
    ['missing', ['missing 0', 'good 0']],
    ['wrong', ['wrong 0', 'good 0']],
    ['long', ['long 0', 'good 0']],
    ['cut', ['cut 0', 'good 100000']],
  ])('tries the next mirror after one that is %s', async (way, requests) => {
    expect(digestOf(await get([way, 'good']))).toBe(digest)
    expect(asked).toEqual(requests)
  })

  it('does not use another range than it asked for', async () => {
    expect(digestOf(await get(['otherRange', 'good'], { resumeFrom: content.subarray(0, 9) }))).toBe(digest)
    expect(asked).toEqual(['otherRange 9', 'good 0'])
  })

  it('says why each mirror failed', async () => {
    const error = await fails('data/download-failed', () => get(['missing', 'wrong']))
    expect(error.received).toContain('missing/: HTTP 404')
    expect(error.received).toContain('wrong/: SHA-256')
    const offline = await fails('data/download-failed', () =>
      get(['good'], { fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('no route') })) }),
    )
    expect(offline.received).toContain('fetch failed (no route)')
  })

  it('stops when told to', async () => {
    const controller = new AbortController()
    const stopped = get(['good'], { signal: controller.signal, onProgress: () => controller.abort() })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('the catalog', () => {
  it.each(namedDatasets.map((named) => [named.name, named] as const))('%s is whole', (_, named) => {
    expect(named.classes).toHaveLength(10)
    expect(named.files.map((file) => file.role)).toEqual(['trainImages', 'trainLabels', 'testImages', 'testLabels'])
    for (const file of named.files) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file.contentSha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file.file).toMatch(/^(train|t10k)-(images-idx3|labels-idx1)-ubyte\.gz$/)
    }
    for (const mirror of named.mirrors) expect(new URL(mirror).pathname).toMatch(/\/$/)
    const digests = named.files.flatMap((file) => [file.sha256, file.contentSha256])
    expect(new Set(digests).size).toBe(8)
  })

  it('puts the four files together', async () => {
    const images = (count: number): Uint8Array => writeIdx({ shape: [count, 2, 2], values: new Uint8Array(4 * count) })
    const labels = (count: number): Uint8Array => writeIdx({ shape: [count], values: new Uint8Array(count) })
    const files: NamedFiles = {
      trainImages: { file: 'a', bytes: images(3) },
      trainLabels: { file: 'b', bytes: labels(3) },
      testImages: { file: 'c', bytes: images(2) },
      testLabels: { file: 'd', bytes: labels(2) },
    }
    const { train, test } = await assembleNamed(fashionMnist, files)
    expect([train.size, test.size, train.name]).toEqual([3, 2, 'fashion-mnist'])
    expect(train.target).toEqual({ kind: 'class', classes: fashionMnist.classes })
    const uneven = { ...files, testLabels: { file: 'd', bytes: labels(1) } }
    await fails('data/unequal-count', () => assembleNamed(mnist, uneven))
  })

  it('says the three ways to provide the files', async () => {
    const error = await fails('data/not-provided', () => {
      throw notProvided(fashionMnist, ['/a', '/b'], '/cache', new Error('no route\nto host'))
    })
    expect(error.received).toBe('nothing in /a, /b; download failed: no route; to host')
    expect(error.try).toMatch(/\(1\) --data DIR .*\(2\) apt install dataset-fashion-mnist.*\(3\) connect .*\/cache/)
    await fails('data/not-provided', () => {
      throw notProvided(mnist, [])
    })
  })
})

describe.skipIf(!isShared('fashion-mnist'))('the real Fashion-MNIST (needs ../shared/data/fashion-mnist)', () => {
  it('has the content the catalog names', async () => {
    const read = (file: string): Uint8Array => readFileSync(sharedPath(`fashion-mnist/${file}`))
    for (const { file, contentSha256 } of fashionMnist.files) {
      expect(await sha256(await gunzip(read(file), file))).toBe(contentSha256)
    }
    const [trainImages, trainLabels, testImages, testLabels] = fashionMnist.files.map(({ file }) => ({
      file,
      bytes: read(file),
    }))
    const { train, test } = await assembleNamed(fashionMnist, { trainImages, trainLabels, testImages, testLabels })
    expect([train.size, test.size]).toEqual([60_000, 10_000])
    // Row 5 as Python's struct and gzip read it: class 2, pixels that sum to 84165.
    const inputs = new Float32Array(784)
    const targets = new Int32Array(1)
    train.fill(Int32Array.of(5), inputs, targets)
    expect(targets[0]).toBe(2)
    expect(255 * inputs.reduce((a, b) => a + b, 0)).toBeCloseTo(84165, 0)
  })
})

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { ThalwegError } from 'thalweg'
import { gunzip, gzip, type IdxValues, idxImages, parseIdx, readIdx, sha256, writeIdx } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'
import { isShared, sharedPath } from './shared.ts'

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Made by Python's struct and gzip modules. */
const fromPython: readonly (readonly [name: string, hex: string, shape: number[], values: IdxValues])[] = [
  [
    'uint8',
    '000008030000000200000002000000030001027f80ff090807060504',
    [2, 2, 3],
    Uint8Array.of(0, 1, 2, 127, 128, 255, 9, 8, 7, 6, 5, 4),
  ],
  ['int8', '000009010000000380007f', [3], Int8Array.of(-128, 0, 127)],
  ['int16', '00000b0200000002000000028000ffff00017fff', [2, 2], Int16Array.of(-32768, -1, 1, 32767)],
  ['int32', '00000c02000000010000000380000000000000077fffffff', [1, 3], Int32Array.of(-2147483648, 7, 2147483647)],
  ['float32', '00000d01000000023fc00000be200000', [2], Float32Array.of(1.5, -0.15625)],
  ['float64', '00000e01000000023fb999999999999afe37e43c8800759c', [2], Float64Array.of(0.1, -1e300)],
]
const gzipped = '1f8b08000000000002036360e060666060608262660646a6fa86ff9c1cec6cac2c003fb3d5b21c000000'
const [, plainHex, plainShape, plainValues] = fromPython[0]

describe('readIdx', () => {
  it.each(fromPython)('reads and writes %s as Python does', async (_, hex, shape, values) => {
    expect(await readIdx(bytesOf(hex), 'file')).toEqual({ shape, values })
    expect(writeIdx({ shape, values })).toEqual(bytesOf(hex))
  })

  it('unpacks gzip, whatever the file is called', async () => {
    expect(await readIdx(bytesOf(gzipped), 'file')).toEqual({ shape: plainShape, values: plainValues })
  })

  it('gives back what was written', () => {
    const shape = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(shape, fc.infiniteStream(fc.double()), (sizes, stream) => {
        const length = sizes.reduce((a, b) => a * b, 1)
        const values = Float64Array.from([...stream.take(length)])
        expect(parseIdx(writeIdx({ shape: sizes, values }), 'file')).toEqual({ shape: sizes, values })
      }),
    )
  })

  it.each([
    ['plain', plainHex],
    ['gzipped', gzipped],
  ])('reports a %s file cut off after any byte', async (_, hex) => {
    const whole = bytesOf(hex)
    for (let length = 0; length < whole.length; length++) {
      const error = await readIdx(whole.subarray(0, length), 'cut-ubyte').then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error, `cut after ${length} bytes`).toBeInstanceOf(ThalwegError)
      expect((error as ThalwegError).message).toMatch(/^read cut-ubyte: .+\nreceived: .+\ntry: .+$/)
    }
  })

  it('reports any single wrong byte of a gzip file, or reads what was meant', async () => {
    const whole = bytesOf(gzipped)
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice()
      damaged[at] ^= 0xff
      const outcome = await readIdx(damaged, 'file').catch((thrown: unknown) => thrown)
      // Bytes 4 to 9 of the header (time, flags, system) say nothing about the content.
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ThalwegError)
      else expect(outcome).toEqual({ shape: plainShape, values: plainValues })
    }
  })

  it('never fails otherwise than with a ThalwegError, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (noise, asIdx) => {
        const bytes = asIdx ? Uint8Array.of(0, 0, 8, ...noise) : noise
        const outcome = await readIdx(bytes, 'file').catch((thrown: unknown) => thrown)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ThalwegError)
      }),
    )
  })

  it('names a wrong magic number, an unknown type, missing and surplus bytes', async () => {
    const magic = await fails('data/idx-magic', () => readIdx(bytesOf('0a0b0803ffff'), 'page.html'))
    expect(magic.rule).toMatch(/^read page.html: /)
    expect(magic.received).toBe('magic number 0x0a0b0803')
    await fails('data/idx-magic', () => readIdx(bytesOf('00000800'), 'file'))
    const type = await fails('data/idx-type', () => readIdx(bytesOf('00000a0100000000'), 'file'))
    expect(type.received).toBe('0x0a')
    const cut = await fails('data/idx-truncated', () => readIdx(bytesOf(plainHex).subarray(0, 20), 'file'))
    expect(cut.received).toBe('20 bytes, but its header says uint8 [2,2,3]: 28 bytes')
    const long = await fails('data/idx-trailing', () => readIdx(bytesOf(`${plainHex}0000`), 'file'))
    expect(long.received).toBe('2 bytes after uint8 [2,2,3] in 28 bytes')
    const huge = bytesOf('00000803ffffffffffffffffffffffff')
    await fails('data/idx-truncated', () => readIdx(huge, 'file'))
  })

  it('reports bytes after a gzip member', async () => {
    await fails('data/bad-gzip', () => readIdx(bytesOf(`${gzipped}0102030405`), 'file.gz'))
    await fails('data/bad-gzip', () => readIdx(bytesOf(gzipped + gzipped), 'file.gz'))
  })

  it('refuses to write a shape that does not hold the values', async () => {
    await fails('data/idx-shape', () => writeIdx({ shape: [2], values: Uint8Array.of(1) }))
    await fails('data/idx-shape', () => writeIdx({ shape: [], values: Uint8Array.of(1) }))
  })
})

describe('gzip', () => {
  it('packs what Node unpacks and the other way round', async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i) % 251)
    expect(await gunzip(await gzip(bytes), 'file')).toEqual(bytes)
    expect(await gunzip(gzipSync(bytes), 'file')).toEqual(bytes)
    expect(await gunzip(gzipSync(new Uint8Array(0)), 'file')).toHaveLength(0)
  })
})

describe('idxImages', () => {
  const images = { file: 'images', bytes: bytesOf(plainHex) }
  const labelsOf = (...values: number[]): { file: string; bytes: Uint8Array } => ({
    file: 'labels',
    bytes: writeIdx({ shape: [values.length], values: Uint8Array.from(values) }),
  })

  it('makes images [height, width, channels] in 0..1', async () => {
    const dataset = await idxImages({ name: 'two', images, labels: labelsOf(1, 0) })
    expect(dataset).toMatchObject({ name: 'two', size: 2, inputShape: [2, 3, 1] })
    const inputs = new Float32Array(6)
    const targets = new Int32Array(1)
    dataset.fill(Int32Array.of(1), inputs, targets)
    expect(inputs).toEqual(Float32Array.from([9, 8, 7, 6, 5, 4], (pixel) => pixel / 255))
    expect([...targets]).toEqual([0])
  })

  it('reports unequal counts, exchanged files and labels out of range', async () => {
    const make = (labels: { file: string; bytes: Uint8Array }): Promise<unknown> =>
      idxImages({ name: 'two', images, labels, classes: ['a', 'b'] })
    const unequal = await fails('data/unequal-count', () => make(labelsOf(0, 1, 1)))
    expect(unequal.received).toBe('2 images in images, 3 labels in labels')
    await fails('data/idx-not-labels', () => make(images))
    await fails('data/idx-not-images', () => idxImages({ name: 'two', images: labelsOf(0), labels: images }))
    await fails('data/bad-label', () => make(labelsOf(0, 2)))
  })
})

describe.skipIf(!isShared('fashion-mnist'))('the real Fashion-MNIST (needs ../shared/data/fashion-mnist)', () => {
  it('reads as Python reads it', async () => {
    const file = (name: string): Uint8Array => readFileSync(sharedPath(`fashion-mnist/${name}`))
    const images = await readIdx(file('t10k-images-idx3-ubyte.gz'), 'images')
    expect(images.shape).toEqual([10_000, 28, 28])
    const labels = await readIdx(file('t10k-labels-idx1-ubyte.gz'), 'labels')
    expect([...labels.values.slice(0, 10)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    const content = await gunzip(file('t10k-labels-idx1-ubyte.gz'), 'labels')
    expect(await sha256(content)).toBe('0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34')
  })
})

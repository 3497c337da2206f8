import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ThalwegError } from '../base/index.ts'
import { decodeSafetensors, encodeSafetensors, type StoredArray } from './safetensors.ts'

const arrays = new Map<string, StoredArray>([
  ['weight', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 1e-38) }],
  ['step', { shape: [], data: Int32Array.of(-7) }],
  ['double', { shape: [2], data: Float64Array.of(Math.PI, Number.NaN) }],
  ['nothing', { shape: [0, 4], data: new Float32Array(0) }],
])
const metadata = { note: 'Ä "quoted" text\nwith lines' }

async function refusal(bytes: Uint8Array, sealed = false): Promise<ThalwegError> {
  try {
    await decodeSafetensors(bytes, 'file', { sealed })
  } catch (error) {
    if (error instanceof ThalwegError) return error
    throw error
  }
  throw new Error('the bytes were taken')
}

/** A file put together by hand, without the checks of the encoder. */
function handmade(header: unknown, data: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

describe('safetensors', () => {
  it('gives back what it took, bit for bit', async () => {
    const decoded = await decodeSafetensors(await encodeSafetensors({ arrays, metadata }), 'file')
    expect(decoded.metadata).toEqual(metadata)
    expect([...decoded.arrays.keys()].sort()).toEqual([...arrays.keys()].sort())
    for (const [name, { shape, data }] of arrays) {
      expect(decoded.arrays.get(name)).toEqual({ shape, data })
    }
  })

  it("reads Node's buffers, which do not copy when they are sliced, and leaves them as they were", async () => {
    const file = Buffer.from(await encodeSafetensors({ arrays, metadata }))
    const before = Uint8Array.from(file)
    const decoded = await decodeSafetensors(file, 'file')
    for (const [name, { shape, data }] of arrays) expect(decoded.arrays.get(name)).toEqual({ shape, data })
    expect(Uint8Array.from(file)).toEqual(before)
  })

  it('gives back any arrays', async () => {
    const array = fc.oneof(
      fc.float32Array().map((data) => ({ shape: [data.length], data })),
      fc.float64Array().map((data) => ({ shape: [1, data.length], data })),
      fc.int32Array().map((data) => ({ shape: [data.length, 1], data })),
    )
    const named = fc
      .dictionary(fc.string(), array)
      .map((record) => new Map<string, StoredArray>(Object.entries(record)))
    await fc.assert(
      fc.asyncProperty(named, async (some) => {
        some.delete('__metadata__')
        const { arrays: back } = await decodeSafetensors(
          await encodeSafetensors({ arrays: some, metadata: {} }),
          'file',
        )
        expect(new Map([...back].sort())).toEqual(new Map([...some].sort()))
      }),
      { numRuns: 50 },
    )
  })

  it('is laid out as the format says: length, JSON header, aligned data', async () => {
    const bytes = await encodeSafetensors({ arrays, metadata })
    const view = new DataView(bytes.buffer)
    const headerLength = Number(view.getBigUint64(0, true))
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)))
    expect(headerLength % 8).toBe(0)
    expect(header.weight).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [16, 40] })
    expect(view.getFloat32(8 + headerLength + 16 + 8, true)).toBe(3.5)
    expect(view.getInt32(8 + headerLength + header.step.data_offsets[0], true)).toBe(-7)
    for (const { dtype, data_offsets: offsets } of Object.values<{ dtype: string; data_offsets: number[] }>(header)) {
      if (dtype) expect(offsets[0] % (dtype === 'F64' ? 8 : 4)).toBe(0)
    }
  })

  it('refuses every truncation, with three lines', async () => {
    const bytes = await encodeSafetensors({ arrays, metadata })
    for (let length = 0; length < bytes.length; length++) {
      const error = await refusal(bytes.subarray(0, length))
      expect(error.code).toBe('train/bad-checkpoint')
      expect(error.message.split('\n')).toHaveLength(3)
    }
  })

  it('refuses every flipped bit', async () => {
    const bytes = await encodeSafetensors({ arrays: new Map([...arrays].slice(0, 1)), metadata: {} })
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice()
      flipped[at] ^= 1 << (at % 8)
      expect((await refusal(flipped, true)).code).toBe('train/bad-checkpoint')
    }
  })

  it('reads files of others, which carry no checksum', async () => {
    const file = handmade({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 8)
    expect((await decodeSafetensors(file, 'file')).arrays.get('x')?.data).toEqual(new Float32Array(2))
  })

  it.each([
    ['a header that is no JSON', handmade('{"x":', 0), /JSON/],
    ['a header that is no object', handmade([1], 0), /object/],
    ['a header longer than the file', handmade('{}', 0).subarray(0, 9), /complete/],
    ['an unknown dtype', handmade({ x: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }, 1), /dtype of x/],
    ['a negative size', handmade({ x: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4), /shape/],
    [
      'a size that does not fit',
      handmade({ x: { dtype: 'F32', shape: [3], data_offsets: [0, 4] } }, 4),
      /as many bytes/,
    ],
    ['a gap', handmade({ x: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8), /gaps/],
    ['trailing bytes', handmade({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 5), /end where/],
    ['metadata that is no text', handmade({ __metadata__: { a: 1 } }, 0), /__metadata__/],
    ['null', handmade('null', 0), /object/],
  ])('refuses %s', async (_, bytes, rule) => {
    expect((await refusal(bytes)).rule).toMatch(rule)
  })
})

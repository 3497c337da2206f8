import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Memory } from './memory.ts'

describe('the allocator', () => {
  test('never hands out memory twice, whatever is taken and given back', () => {
    const act = fc.record({ bytes: fc.nat(300_000), release: fc.boolean(), which: fc.nat() })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const memory = new Memory()
        const held: { address: number; bytes: number; mark: number }[] = []
        const isIntact = ({ address, bytes, mark }: (typeof held)[number]): boolean =>
          new Uint8Array(memory.memory.buffer, address, bytes).every((byte) => byte === mark)
        acts.forEach(({ bytes, release, which }, i) => {
          if (release && held.length > 0) {
            const [gone] = held.splice(which % held.length, 1)
            expect(isIntact(gone)).toBe(true)
            memory.release(gone.address)
            return
          }
          const address = memory.allocate(bytes)
          expect(address % 64).toBe(0)
          expect(address).toBeGreaterThan(0)
          const mark = (i + 1) & 0xff
          new Uint8Array(memory.memory.buffer, address, bytes).fill(mark)
          held.push({ address, bytes, mark })
        })
        expect(held.every(isIntact)).toBe(true)
        for (const { address } of held) memory.release(address)
        expect(memory.usedBytes).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  test('uses what was given back before it grows', () => {
    const memory = new Memory()
    const blocks = Array.from({ length: 8 }, () => memory.allocate(1 << 20))
    const size = memory.memory.buffer.byteLength
    for (const address of blocks) memory.release(address)
    memory.release(memory.allocate(8 << 20))
    expect(memory.memory.buffer.byteLength).toBe(size)
  })

  test('refuses what was not taken, and what cannot be', () => {
    const memory = new Memory()
    const address = memory.allocate(10)
    memory.release(address)
    expect(() => memory.release(address)).toThrow('internal: memory was released')
    expect(() => memory.allocate(2 ** 33)).toThrow('4 GiB')
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModuleBuilder } from '../assembler.ts'
import { writeClaim } from './claim.ts'
import { CONTROL, TURN } from './control.ts'

const CONTROL_BLOCK = 64

/** `claim(thread, turn, pieces)` over a memory of its own; turns are counted in ones here. */
function claims(threads: number): {
  claim: (thread: number, turn: number, pieces: number) => number
  word: (thread: number) => bigint
} {
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: 1, maximumPages: 1, shared: true })
  builder.export('claim', writeClaim(builder, CONTROL_BLOCK, threads))
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
  const claim = exports.claim as (thread: number, turn: bigint, pieces: number) => number
  const words = new BigInt64Array(memory.buffer)
  return {
    claim: (thread, turn, pieces) => claim(thread, BigInt(turn) * TURN, pieces),
    word: (thread) => words[(CONTROL_BLOCK + CONTROL.claims + thread * 128) / 8],
  }
}

describe('claims', () => {
  test('give every piece of every turn to somebody, once, whoever comes when', () => {
    const turns = fc.record({
      threads: fc.integer({ min: 1, max: 5 }),
      pieces: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      order: fc.infiniteStream(fc.nat(4)),
    })
    fc.assert(
      fc.property(turns, ({ threads, pieces, order }) => {
        const { claim } = claims(threads)
        pieces.forEach((count, turn) => {
          const given: number[] = []
          let empty = 0
          while (empty < 1) {
            const piece = claim(order.next().value % threads, turn + 1, count)
            if (piece < 0) empty++
            else given.push(piece)
          }
          expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        })
      }),
      { seed: 1 },
    )
  })

  test('begin with the range of the thread that asks, and go on with that of the next', () => {
    const { claim } = claims(3)
    expect(Array.from({ length: 7 }, () => claim(1, 1, 6))).toEqual([2, 3, 4, 5, 0, 1, -1])
  })

  test('a thread that comes too late takes nothing, and disturbs nobody', () => {
    const { claim, word } = claims(2)
    for (let i = 0; i < 4; i++) claim(0, 7, 4)
    expect(claim(1, 7, 4)).toBe(-1)
    expect(claim(0, 8, 4)).toBe(0)
    const before = [word(0), word(1)]
    expect([claim(0, 7, 4), claim(1, 7, 4)]).toEqual([-1, -1])
    expect([word(0), word(1)]).toEqual(before)
  })
})

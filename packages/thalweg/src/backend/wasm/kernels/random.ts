/**
 * Uniform random numbers by counter: Philox4x32-10 (base/random.ts has it in plain words). Sixteen neighbours are four
 * blocks whose counters are neighbours too: each lane computes one block, and word w of all four blocks is elements
 * 4w..4w+3. A unit is sixteen elements.
 */
import { PHILOX_ROUNDS, sizeOf } from '../../../base/index.ts'
import type { Code, Local } from '../code.ts'
import type { KernelFamily } from '../families.ts'
import { LANES, type Lanes, storeLanes } from '../lanes.ts'
import { addInt, apply, int, keep, mul, push, Registers, type Term, xor } from '../terms.ts'
import type { KernelOf, WholeStage } from './whole-stage.ts'

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const
const WEYL = [0x9e3779b9, 0xbb67ae85] as const
const PURPOSE = 1
const GROUP = 16
const BYTES = 4
const NS_PER_ELEMENT = 2

export function randomStage({ attributes, shape }: KernelOf<'random'>): WholeStage {
  const size = sizeOf(shape)
  const units = Math.ceil(size / GROUP)
  const tail = size % GROUP
  return {
    units,
    work: size * NS_PER_ELEMENT,
    emit(code, { start, end, pointers: [seed, step, target] }) {
      const registers = new Registers(code)
      const keys = [0, 1].map((word) => keep(registers, splatLoad(seed, word)))
      const stepNumber = keep(registers, splatLoad(step, 0))
      const group = registers.take('i32')
      const place = registers.take('i32')
      code
        .get(target)
        .get(start)
        .i32(GROUP * BYTES)
        .op('i32.mul')
        .op('i32.add')
        .set(place)
      code.for(group, start, end, 1, () => {
        registers.scope(() => {
          const counters = addInt(
            apply('i32x4.splat', (c) => c.get(group).i32(2).op('i32.shl')),
            (c) => c.i32x4(0, 1, 2, 3),
          )
          const words = philox(registers, [counters, stepNumber, int(attributes.stream), int(PURPOSE)], keys)
          const uniform = words.map((word) =>
            keep(
              registers,
              mul(
                apply(
                  'f32x4.convert_i32x4_s',
                  apply('i32x4.shr_u', word, (c) => c.i32(8)),
                ),
                2 ** -24,
              ),
            ),
          )
          const store = (count: number) => (): void => {
            for (let w = 0; w * LANES < count; w++) {
              const lanes = Math.min(LANES, count - w * LANES) as Lanes
              storeLanes(registers, uniform[w], { base: place, offset: w * LANES * BYTES }, 1, lanes, 'float32')
            }
          }
          if (tail === 0) store(GROUP)()
          else
            code
              .get(group)
              .i32(units - 1)
              .op('i32.lt_s')
              .if(store(GROUP), store(tail))
        })
        code.increase(place, GROUP * BYTES)
      })
    },
  }
}

function splatLoad(base: Local, word: number): Term {
  return (code) => code.get(base).load('v128.load32_splat', word * BYTES)
}

const shuffled =
  (a: number, b: number, c: number, d: number) =>
  (low: Local, high: Local): Term =>
  (code: Code) => {
    code.get(low).get(high).shuffle(a, b, c, d)
  }
const lowWords = shuffled(0, 2, 4, 6)
const highWords = shuffled(1, 3, 5, 7)

function philox(registers: Registers, counters: readonly Term[], keys: readonly Local[]): Local[] {
  const { code } = registers
  const [c0, c1, c2, c3] = counters.map((counter) => keep(registers, counter))
  const key = keys.map((word) => keep(registers, word))
  const low = registers.take()
  const high = registers.take()
  const assign = (to: Local, term: Term): void => {
    push(code, term)
    code.set(to)
  }
  /** 64-bit products of lanes 0, 1 and of lanes 2, 3. */
  const multiply = (counter: Local, by: number): void => {
    assign(low, apply('i64x2.extmul_low_i32x4_u', counter, int(by)))
    assign(high, apply('i64x2.extmul_high_i32x4_u', counter, int(by)))
  }
  const product0High = registers.take()
  const product0Low = registers.take()
  for (let round = 0; round < PHILOX_ROUNDS; round++) {
    multiply(c0, MULTIPLIERS[0])
    assign(product0High, highWords(low, high))
    assign(product0Low, lowWords(low, high))
    multiply(c2, MULTIPLIERS[1])
    assign(c0, xor(xor(highWords(low, high), c1), key[0]))
    assign(c1, lowWords(low, high))
    assign(c2, xor(xor(product0High, c3), key[1]))
    assign(c3, product0Low)
    key.forEach((word, i) => {
      assign(word, addInt(word, int(WEYL[i])))
    })
  }
  return [c0, c1, c2, c3]
}

/** A family of its own: not every network draws numbers. */
export const randomKernels: KernelFamily = { wholes: { random: randomStage } }

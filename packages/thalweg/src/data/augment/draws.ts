/**
 * Random numbers of one example in one epoch: a pure function of (seed, label, epoch, row), so it does not matter in which
 * batch, on which thread or after which interruption the example is made. One object is moved from example to example.
 */
import { hashText, normalsFrom, philox4x32 } from '../../base/index.ts'

export interface Draws {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Uniform integer in low..high, both included. */
  integer(low: number, high: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  /** Standard normal (Box and Muller 1958). */
  normal(): number
  /** Gamma of this shape and scale 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number
}

export interface ExampleDraws extends Draws {
  /** Begins the numbers of this example. */
  at(epoch: number, row: number): void
}

/** @param label keeps the draws of different purposes apart */
export function exampleDraws(seed: number, label: string): ExampleDraws {
  const [key0, key1] = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0]
  const name = hashText(label)
  const block = new Uint32Array(4)
  let [where, when, counter, used] = [0, 0, 0, 4]

  const draws: ExampleDraws = {
    at(epoch, row) {
      // From 1: the streams of base/random.ts have 0 in the last place.
      ;[where, when, counter, used] = [row, epoch + 1, 0, 4]
      normals.restart()
    },
    uniform() {
      if (used === 4) {
        philox4x32(block, counter++, where, name, when, key0, key1)
        used = 0
      }
      return block[used++] / 0x100000000
    },
    between: (low, high) => low + (high - low) * draws.uniform(),
    integer: (low, high) => low + Math.floor((high - low + 1) * draws.uniform()),
    chance: (probability) => draws.uniform() < probability,
    normal: () => normals.next(),
    gamma(shape) {
      if (shape < 1) return draws.gamma(shape + 1) * (1 - draws.uniform()) ** (1 / shape)
      const d = shape - 1 / 3
      for (;;) {
        const x = draws.normal()
        const v = (1 + x / Math.sqrt(9 * d)) ** 3
        if (v > 0 && Math.log(1 - draws.uniform()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v
      }
    },
  }
  const normals = normalsFrom(draws.uniform)
  return draws
}

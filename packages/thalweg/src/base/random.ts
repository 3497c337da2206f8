/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as
 * 1, 2, 3", SC 2011). A number is a pure function of (seed, stream, counter), so any thread, engine or resumed run that
 * asks for the same one gets the same bits.
 */

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
export const PHILOX_ROUNDS = 10

/** High and low 32 bits of a product of two unsigned 32-bit integers, in 16-bit limbs. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const cross = aLow * bHigh + (middle % 0x10000)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0
}

/** One block: fills `out[0..3]` with the four 32-bit words of counter (c0..c3) under key (k0, k1). */
export function philox4x32(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < PHILOX_ROUNDS; round++) {
    const high0 = mulHigh(MULTIPLIER_0, c0)
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0
    const high1 = mulHigh(MULTIPLIER_1, c2)
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** A 32-bit hash of a text (FNV-1a), for naming a stream after a path such as `dense1.weight`. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A stream of random numbers on the host: initial weights, shuffles, splits, generated data. */
export interface Random {
  /** Uniform 32-bit unsigned integer. */
  bits(): number
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number
  /** Standard normal (Box and Muller 1958). */
  normal(): number
  /** Uniform integer in [0, bound), without modulo bias. */
  integer(bound: number): number
  /** A uniformly random order of 0..count-1 (Fisher and Yates). */
  permutation(count: number): Int32Array
  /** An independent stream named by `label`; drawing from it does not move this one. */
  stream(label: string): Random
}

/** The stream of `seed` (any integer up to 2^53) named by `label`. */
export function random(seed: number, label = ''): Random {
  const key0 = seed >>> 0
  const key1 = Math.floor(seed / 0x100000000) >>> 0
  const name = hashText(label)
  const block = new Uint32Array(4)
  let counter = 0
  let used = 4

  const stream: Random = {
    bits() {
      if (used === 4) {
        philox4x32(block, counter >>> 0, Math.floor(counter / 0x100000000) >>> 0, name, 0, key0, key1)
        counter++
        used = 0
      }
      return block[used++]
    },
    uniform() {
      const high = stream.bits() >>> 5
      const low = stream.bits() >>> 6
      return (high * 0x4000000 + low) / 0x20000000000000
    },
    normal: () => normals.next(),
    integer(bound) {
      const limit = 0x100000000 - (0x100000000 % bound)
      let value = stream.bits()
      while (value >= limit) value = stream.bits()
      return value % bound
    },
    permutation(count) {
      const order = Int32Array.from({ length: count }, (_, i) => i)
      for (let i = count - 1; i > 0; i--) {
        const j = stream.integer(i + 1)
        const held = order[i]
        order[i] = order[j]
        order[j] = held
      }
      return order
    },
    stream: (inner) => random(seed, `${label}/${inner}`),
  }
  const normals = normalsFrom(stream.uniform)
  return stream
}

/** Standard normal numbers out of uniform ones in [0, 1) (Box and Muller 1958). They come in pairs; `restart` drops half a one. */
export function normalsFrom(uniform: () => number): { readonly next: () => number; readonly restart: () => void } {
  let spare: number | undefined
  return {
    next() {
      if (spare !== undefined) {
        const kept = spare
        spare = undefined
        return kept
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    restart() {
      spare = undefined
    },
  }
}

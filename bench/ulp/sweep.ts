/** Holds a function to its exact values over ranges of float32, all of them by their bits. */
import { createHash } from 'node:crypto'
import { ACCURACY, type Accuracy, ulps } from '../../packages/thalweg/src/backend/wasm/math/accuracy.ts'
import { LONGEST_CALL, runnableFunction } from '../../packages/thalweg/src/backend/wasm/math/run-function.ts'

/** All float32 are cut into so many ranges of bits, each hashed by itself, so that workers can share them. */
export const RANGES = 1024
export const RANGE_SIZE: number = 2 ** 32 / RANGES
/** The sample: every 16411th float32; the step is odd in all its parts, so all low bits of the fraction are met. */
export const SAMPLE_STEP = 16411
const SAMPLE_SIZE = 1 << 18

export interface Finding {
  /** The largest error, in units in the last place, and the bits of the first input that has it. */
  readonly worst: number
  readonly bits: number
  /** How many results are not the float32 nearest to the exact value. */
  readonly unrounded: number
  /** SHA-256 of all results in order of the bits of their inputs, every NaN as 7fc00000. */
  readonly hash: string
}

export function accuracyOf(op: string): Accuracy {
  const found = ACCURACY.find((accuracy) => accuracy.op === op)
  if (found === undefined)
    throw new Error(`no function ${op}; there are ${ACCURACY.map((known) => known.op).join(', ')}`)
  return found
}

/** The range of this number. */
export function sweepRange(accuracy: Accuracy, range: number): Finding {
  return sweep(accuracy, range * RANGE_SIZE, 1, RANGE_SIZE)
}

/** Numbers from all over float32, for a test that takes a moment. */
export function sweepSample(accuracy: Accuracy): Finding {
  return sweep(accuracy, 0, SAMPLE_STEP, SAMPLE_SIZE)
}

/** The finding of several ranges, given in order. */
export function joined(findings: readonly Finding[]): Finding {
  const hash = createHash('sha256')
  for (const finding of findings) hash.update(Buffer.from(finding.hash, 'hex'))
  const worst = findings.reduce((known, finding) => (finding.worst > known.worst ? finding : known))
  const unrounded = findings.reduce((sum, finding) => sum + finding.unrounded, 0)
  return { ...worst, unrounded, hash: hash.digest('hex') }
}

function sweep({ op, exact }: Accuracy, firstBits: number, step: number, count: number): Finding {
  const run = runnableFunction(op)
  const inputBits = new Uint32Array(LONGEST_CALL)
  const inputs = new Float32Array(inputBits.buffer)
  const hash = createHash('sha256')
  let worst = 0
  let worstBits = firstBits
  let unrounded = 0
  for (let done = 0; done < count; done += LONGEST_CALL) {
    for (let i = 0; i < LONGEST_CALL; i++) inputBits[i] = firstBits + (done + i) * step
    const results = run(inputs)
    for (let i = 0; i < LONGEST_CALL; i++) {
      const value = exact(inputs[i])
      const result = results[i]
      if (Object.is(Math.fround(value), result)) {
        // As near as can be: half a unit at most, which some other result exceeds.
        if (Number.isNaN(result)) results[i] = Number.NaN
        continue
      }
      unrounded++
      const error = value === 0 && result === 0 ? Number.POSITIVE_INFINITY : ulps(result, value)
      if (error > worst) [worst, worstBits] = [error, inputBits[i]]
    }
    hash.update(new Uint8Array(results.buffer, results.byteOffset, results.byteLength))
  }
  return { worst, bits: worstBits, unrounded, hash: hash.digest('hex') }
}

/** What kernels may use: what the engine has, less what was asked to be left out. */
import { ThalwegError } from '../../base/index.ts'
import { type Features, probeFeatures, widened } from './features.ts'
import { setting } from './node.ts'
import { turnOnWide } from './wide.ts'

export interface FeatureChoice {
  /**
   * `strict` gives the same bits on every engine and machine: nothing is fused. Sums have one order either way. Default
   * what THALWEG_NUMERICS says, else `fast`.
   */
  readonly numerics?: 'fast' | 'strict'
  /** Whether 256-bit instructions may be used where they are found to be sound. Default yes, unless THALWEG_WIDE is 0. */
  readonly wide?: boolean
}

/** @throws ThalwegError `backend/no-simd`, `backend/bad-numerics` */
export function chooseFeatures(choice: FeatureChoice = {}): Features {
  const numerics = checkedNumerics(choice.numerics ?? setting('THALWEG_NUMERICS') ?? 'fast')
  const mayBeWide = choice.wide ?? setting('THALWEG_WIDE') !== '0'
  const found = probeFeatures()
  const narrow = { ...found, relaxedMadd: found.relaxedMadd && numerics === 'fast' }
  return mayBeWide && turnOnWide(narrow) ? widened(narrow) : narrow
}

function checkedNumerics(value: string): 'fast' | 'strict' {
  if (value === 'fast' || value === 'strict') return value
  throw new ThalwegError('backend/bad-numerics', {
    rule: "wasm: numerics must be 'fast' or 'strict'",
    received: `'${value}'`,
    try: "leave it out, or give 'strict' for the same bits on every machine",
  })
}

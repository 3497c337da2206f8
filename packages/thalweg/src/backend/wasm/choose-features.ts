/** What kernels may use: what the engine has, less what was asked to be left out. */
import { turnOnWide } from '#wide'
import { ThalwegError } from '../../base/index.ts'
import { type Features, probeFeatures, widened } from './features.ts'
import { nodeEngine, nodeModule, setting } from './node.ts'
import { switchSetting } from './options.ts'
import type { V8 } from './wide.ts'

export interface FeatureChoice {
  /**
   * `strict` gives the same bits on every engine and machine: nothing is fused, and no multiplication saved by summing
   * differently. Sums have one order either way. Default
   * what THALWEG_NUMERICS says, else `fast`.
   */
  readonly numerics?: 'fast' | 'strict'
  /** Whether 256-bit instructions may be used where they are found to be sound. Default yes, unless THALWEG_WIDE is 0 (or false, off, no). */
  readonly wide?: boolean
}

/** @throws ThalwegError `backend/no-simd`, `backend/bad-numerics`, `backend/bad-switch` */
export function chooseFeatures(choice: FeatureChoice = {}): Features {
  const numerics = chosenNumerics(choice.numerics)
  const mayBeWide = choice.wide ?? switchSetting('THALWEG_WIDE') ?? true
  const narrow = numerics === 'fast' ? turnOnRelaxed(probeFeatures()) : strictly(probeFeatures())
  return mayBeWide && turnOnWide(narrow) ? widened(narrow) : narrow
}

/** Every product and sum as it is written, each rounded once. */
function strictly(found: Features): Features {
  return { ...found, relaxedMadd: false, winograd: false }
}

/** The V8 that has relaxed SIMD behind a flag (Node 20); what came before had other instructions, what came after has it. */
const V8_WITH_FLAG = 11

function turnOnRelaxed(found: Features): Features {
  if (found.relaxedMadd || nodeEngine()?.v8 !== V8_WITH_FLAG) return found
  nodeModule<V8>('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
  return probeFeatures()
}

function chosenNumerics(asked: string | undefined): 'fast' | 'strict' {
  const value = asked ?? setting('THALWEG_NUMERICS') ?? 'fast'
  if (value === 'fast' || value === 'strict') return value
  const where = asked === undefined ? 'THALWEG_NUMERICS' : 'wasmBackend'
  throw new ThalwegError('backend/bad-numerics', {
    rule: `${where}: numerics must be 'fast' or 'strict'`,
    received: `'${value}'`,
    try: "leave it out, or give 'strict' for the same bits on every machine",
  })
}

/**
 * What this JavaScript engine's WebAssembly can do, found by asking it to validate a tiny module. Kernels are shaped by
 * what stands here and by nothing else.
 */
import { ThalwegError } from '../../base/index.ts'
import { ModuleBuilder } from './assembler.ts'
import type { Code } from './code.ts'

export interface Features {
  /** `f32x4.relaxed_madd` may be used: one rounding instead of two, where the machine fuses; elsewhere two. */
  readonly relaxedMadd: boolean
  /** Pairs of neighbouring vectors become one of 256 bits (wide.ts). */
  readonly wide: boolean
  /**
   * Whether the compiler moves all loads of a basic block to its top, so that the steps of an unrolled loop have to be
   * fenced off from each other by branches (contraction/tile.ts).
   */
  readonly hoistsLoads: boolean
  /** Whether 3x3 convolutions may save multiplications at the price of some exactness (contraction/winograd.ts). */
  readonly winograd: boolean
  /** Register tiles of contractions, the best first: `rows` pixels or matrix rows by `columns` outputs (a multiple of 4). */
  readonly tiles: readonly { readonly rows: number; readonly columns: number }[]
}

/** Whether an engine takes these instructions. */
function accepts(write: (code: Code) => void): boolean {
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: 1 })
  builder.function('probe', [], write)
  return WebAssembly.validate(builder.toBytes())
}

/** Register tiles for vectors of 128 bits, and for pairs of them. */
const TILES = [
  { rows: 4, columns: 8 },
  { rows: 2, columns: 16 },
  { rows: 4, columns: 4 },
]
const WIDE_TILES = [
  { rows: 4, columns: 16 },
  { rows: 8, columns: 8 },
  { rows: 4, columns: 8 },
  { rows: 4, columns: 4 },
]

/**
 * What the engine has, as far as it says so.
 *
 * @throws ThalwegError `backend/no-simd` where WebAssembly or its fixed-width SIMD is missing
 */
export function probeFeatures(): Features {
  const hasSimd = typeof WebAssembly === 'object' && accepts((code) => code.f32x4(0).op('drop'))
  if (!hasSimd) throw noSimd()
  const relaxedMadd = accepts((code) => code.f32x4(0).f32x4(0).f32x4(0).op('f32x4.relaxed_madd').op('drop'))
  return { relaxedMadd, wide: false, hoistsLoads: !isRecent(), winograd: true, tiles: TILES }
}

/** The same where pairs of vectors may be counted on. */
export function widened(features: Features): Features {
  return { ...features, wide: true, tiles: WIDE_TILES }
}

/** For people and logs: `simd128, relaxed-simd, 256-bit, winograd`. */
export function describeFeatures({ relaxedMadd, wide, winograd }: Features): string[] {
  const used = { simd128: true, 'relaxed-simd': relaxedMadd, '256-bit': wide, winograd }
  return Object.entries(used).flatMap(([name, isUsed]) => (isUsed ? [name] : []))
}

/**
 * V8 compiles WebAssembly with Turboshaft since 12.9 (Node 23), which leaves loads near their use; before, TurboFan did
 * not. Nothing tells the compiler, so the age of the engine must do: Float16Array came soon after. A wrong answer costs a
 * few percent of speed, nothing else.
 */
function isRecent(): boolean {
  return 'Float16Array' in globalThis
}

function noSimd(): ThalwegError {
  return new ThalwegError('backend/no-simd', {
    rule: 'wasm: the engine must know WebAssembly with 128-bit SIMD',
    received: typeof WebAssembly === 'object' ? 'WebAssembly without SIMD' : 'no WebAssembly',
    try: 'use Node 20 or later, or a browser from 2023 or later; or train on the reference backend, which is slow',
  })
}

/**
 * What this JavaScript engine's WebAssembly can do, found by asking it to validate a tiny module. Kernels are shaped by
 * what stands here and by nothing else.
 */
import { ThalwegError } from '../../base/index.ts'
import { ModuleBuilder } from './assembler.ts'
import type { Code } from './code.ts'

export interface Features {
  /** `f32x4.relaxed_madd` may be used: faster where the machine fuses, but its bits differ from machine to machine. */
  readonly relaxedMadd: boolean
  /** Register tiles of contractions, the best first: `rows` pixels or matrix rows by `columns` outputs (a multiple of 4). */
  readonly tiles: readonly { readonly rows: number; readonly columns: number }[]
}

/** Whether an engine takes these instructions. */
function accepts(write: (code: Code) => void): boolean {
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: 1 })
  builder.function('probe', [], write)
  return WebAssembly.validate(builder.toBytes())
}

/**
 * What the engine has.
 *
 * @throws ThalwegError `backend/no-simd` where WebAssembly or its fixed-width SIMD is missing
 */
export function probeFeatures(): Features {
  const hasSimd = typeof WebAssembly === 'object' && accepts((code) => code.f32x4(0).op('drop'))
  if (!hasSimd) throw noSimd()
  return {
    relaxedMadd: false,
    tiles: [
      { rows: 4, columns: 8 },
      { rows: 2, columns: 16 },
      { rows: 4, columns: 4 },
    ],
  }
}

/** Whether the engine knows relaxed SIMD, for people and logs; kernels ask `Features`. */
export function hasRelaxedSimd(): boolean {
  return accepts((code) => code.f32x4(0).f32x4(0).f32x4(0).op('f32x4.relaxed_madd').op('drop'))
}

function noSimd(): ThalwegError {
  return new ThalwegError('backend/no-simd', {
    rule: 'wasm: the engine must know WebAssembly with 128-bit SIMD',
    received: typeof WebAssembly === 'object' ? 'WebAssembly without SIMD' : 'no WebAssembly',
    try: 'use Node 20 or later, or a browser from 2023 or later; or train on the reference backend, which is slow',
  })
}

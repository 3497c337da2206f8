import { afterEach, expect, test, vi } from 'vitest'
import { wasmBackend } from './backend.ts'
import { chooseFeatures } from './choose-features.ts'
import { describeFeatures, probeFeatures, widened } from './features.ts'
import { provenSound, results, trials } from './wide.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('strict numerics fuse nothing, by option or by the environment', () => {
  expect(chooseFeatures({ numerics: 'strict' }).relaxedMadd).toBe(false)
  expect(chooseFeatures({ numerics: 'fast' }).relaxedMadd).toBe(probeFeatures().relaxedMadd)
  vi.stubEnv('THALWEG_NUMERICS', 'strict')
  expect(chooseFeatures().relaxedMadd).toBe(false)
  vi.stubEnv('THALWEG_NUMERICS', 'exact')
  expect(() => wasmBackend()).toThrow("wasm: numerics must be 'fast' or 'strict'")
})

test('the 256-bit path can be turned off, by option or by the environment', () => {
  vi.stubEnv('THALWEG_NUMERICS', 'fast')
  expect(chooseFeatures({ wide: false })).toEqual(probeFeatures())
  vi.stubEnv('THALWEG_WIDE', '0')
  expect(chooseFeatures()).toEqual(probeFeatures())
})

test('a backend says what it uses', () => {
  const plain = { ...probeFeatures(), relaxedMadd: false, winograd: false }
  expect(describeFeatures(plain)).toEqual(['simd128'])
  const all = widened({ ...plain, relaxedMadd: true, winograd: true })
  expect(describeFeatures(all)).toEqual(['simd128', 'relaxed-simd', '256-bit', 'winograd'])
  expect(wasmBackend({ threads: 1, numerics: 'strict', wide: false }).features).toEqual(['simd128', '1 thread'])
})

test('every kind of kernel is tried before pairs of vectors are trusted, and leaves numbers', () => {
  const tried = trials(chooseFeatures({ numerics: 'fast', wide: false }))
  const names = tried.flatMap(({ kernel }) => kernel.stages.map(({ name }) => name))
  expect(names).toEqual(expect.arrayContaining(['trial matmul', 'trial conv2d', 'trial conv2d winograd']))
  for (const trial of tried) {
    const left = results(trial, 1)
    expect(new Float32Array(left.buffer).every(Number.isFinite)).toBe(true)
    expect(results(trial, 3)).toEqual(left)
  }
})

const flags: string[] = []
const v8 = { setFlagsFromString: (flag: string) => void flags.push(flag) }

test.each([
  ['the same bytes', (_: number) => [Uint8Array.of(1, 2)], true],
  ['other bytes', (pages: number) => [Uint8Array.of(1, pages)], false],
  [
    'a trap',
    (pages: number) => {
      if (pages === 2) throw new WebAssembly.RuntimeError('unreachable')
      return [Uint8Array.of(1)]
    },
    false,
  ],
])('pairs of vectors that leave %s: trusted %s', (_, run, trusted) => {
  expect(provenSound(v8, run)).toBe(trusted)
  expect(flags.findLast((flag) => flag.endsWith('revectorize'))).toBe(
    trusted ? '--experimental-wasm-revectorize' : '--no-experimental-wasm-revectorize',
  )
  expect(flags.findLast((flag) => flag.endsWith('liftoff'))).toBe('--liftoff')
})

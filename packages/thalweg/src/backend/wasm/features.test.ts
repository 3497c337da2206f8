import { afterEach, expect, test, vi } from 'vitest'
import { wasmBackend } from './backend.ts'
import { chooseFeatures } from './choose-features.ts'
import { describeFeatures, probeFeatures, widened } from './features.ts'
import { defaultSharing } from './threads/host.ts'
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
  expect(() => wasmBackend()).toThrow("THALWEG_NUMERICS: numerics must be 'fast' or 'strict'")
})

test('the 256-bit path can be turned off, by option or by the environment', () => {
  vi.stubEnv('THALWEG_NUMERICS', 'fast')
  expect(chooseFeatures({ wide: false })).toEqual(probeFeatures())
  vi.stubEnv('THALWEG_WIDE', '0')
  expect(chooseFeatures()).toEqual(probeFeatures())
  vi.stubEnv('THALWEG_WIDE', 'off')
  expect(chooseFeatures()).toEqual(probeFeatures())
})

test('nonsense is refused, in options and in the environment, by its name', () => {
  const bad: readonly (readonly [string, unknown, string])[] = [
    ['backend/bad-option', null, 'wasmBackend: options must be given by name\nreceived: null'],
    ['backend/bad-option', 2, 'wasmBackend: options must be given by name\nreceived: 2\ntry: write { threads: 2 }'],
    ['backend/bad-option', { wide: 'x' }, 'wasmBackend: wide must be true or false\nreceived: x'],
    ['backend/bad-threads', { threads: '2' }, 'from 1 to 256\nreceived: "2"'],
    ['backend/unknown-option', { thread: 2 }, 'received: thread\ntry: did you mean "threads"?'],
  ]
  // As a program without types may call it.
  for (const [code, options, message] of bad) {
    const refused = expect.objectContaining({ code, message: expect.stringContaining(message) })
    expect(() => Reflect.apply(wasmBackend, undefined, [options])).toThrow(refused)
  }
  for (const [name, text, received] of [
    ['THALWEG_WIDE', 'abc', 'THALWEG_WIDE: the environment variable must be 1 or 0\nreceived: abc'],
    ['THALWEG_SHARE_EVENLY', 'perhaps', 'THALWEG_SHARE_EVENLY: the'],
    [
      'THALWEG_THREADS',
      'abc',
      'THALWEG_THREADS: the number of threads must be a whole number from 1 to 256\nreceived: abc',
    ],
  ]) {
    vi.stubEnv(name, text)
    expect(() => wasmBackend()).toThrow(received)
    vi.unstubAllEnvs()
  }
  vi.stubEnv('THALWEG_SHARE_EVENLY', '0')
  expect(defaultSharing()).toBe('worthwhile')
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

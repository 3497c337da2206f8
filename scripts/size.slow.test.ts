import { expect, test } from 'vitest'
import { PROGRAMS, sizeOf } from './size.ts'

/**
 * Kilobytes, gzipped, that nothing may pass unnoticed. They are not the goals, which were 60 in full and 45 for `fit` with
 * dense layers: the kernels for WebAssembly alone are about 40, and the toolbox grew. `npm run size -- fit` says what weighs.
 */
const CEILINGS = { full: 215, fit: 96, tensor: 70 }

test.each(Object.entries(CEILINGS))('%s stays below %d KB', async (name, ceiling) => {
  const program = Object.entries(PROGRAMS).find(([each]) => each === name)?.[1] ?? ''
  const { gzipped, minified } = await sizeOf(program)
  expect(gzipped / 1024).toBeLessThan(ceiling)
  // A bundle that has lost its content would be small too.
  expect(minified / 1024).toBeGreaterThan(ceiling)
})

test('a program that trains dense layers carries nothing of what it does not name', async () => {
  const { files } = await sizeOf(PROGRAMS.fit)
  const strangers =
    /^(data\/(augment|generate|idx|named|preprocess|table)|tune|optim\/(schedules|surfaces)|nn\/(dropout|fold|conv|batch-norm|embedding)|backend\/contract)/
  expect([...files.keys()].filter((path) => strangers.test(path))).toEqual([])
  expect(files.has('nn/dense.ts')).toBe(true)
})

import { describe, expect, test } from 'vitest'
import { chooseFeatures } from '../../packages/thalweg/src/backend/wasm/choose-features.ts'
import { widened } from '../../packages/thalweg/src/backend/wasm/features.ts'
import { FAMILIES } from './families.ts'
import { errorOf, operandsOf, referenceOf } from './version.ts'

const features = widened(chooseFeatures({ numerics: 'fast', wide: false }))

const families = Object.values(FAMILIES).flat()

describe.each(families)('$small.name', ({ small, versions }) => {
  const operands = operandsOf(small)
  const reference = referenceOf(small, operands)

  test.each(versions)('$name: what the reference says, and again when run again', (version) => {
    const built = version.build(small, operands, features)
    if (built === undefined) throw new Error('this version wants a feature that was given')
    built.run()
    expect(errorOf(built.result(), reference)).toBeLessThan(1e-5)
    built.run()
    expect(errorOf(built.result(), reference)).toBeLessThan(1e-5)
  })
})

test('an error is counted', () => {
  expect(errorOf(Float32Array.of(1, 2), [1, 3])).toBeCloseTo(1 / Math.sqrt(5))
})

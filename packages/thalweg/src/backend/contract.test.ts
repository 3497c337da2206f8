import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../base/index.ts'
import { createNode } from '../graph/index.ts'
import { firstMismatch, isClose, VALUE_TOLERANCE } from './contract/tolerance.ts'
import { CONTRACT_OPS, type ContractCase, contractCases, describeCase, moved, resultNode } from './contract.ts'

/** The node that a case asks for, from leaves that are inputs. */
function build(contractCase: ContractCase): { shape: readonly number[] } {
  const operands = contractCase.operands.map((operand) =>
    moved(createNode('input', [], { name: 'x', shape: operand.shape, dtype: operand.dtype }), operand),
  )
  return resultNode(contractCase, operands)
}

describe('the cases', () => {
  test('are the same each time, and others for another seed', () => {
    const first = contractCases('matmul', 30).map(describeCase)
    expect(contractCases('matmul', 30).map(describeCase)).toEqual(first)
    expect(contractCases('matmul', 30, 2).map(describeCase)).not.toEqual(first)
  })

  test.each(CONTRACT_OPS)('%s: valid, of all sizes, with nasty numbers', (op) => {
    const cases = contractCases(op, 120)
    const sizes = cases.map((contractCase) => sizeOf(build(contractCase).shape))
    if (op === 'constant') return
    expect(Math.min(...sizes), 'nothing').toBe(0)
    expect(sizes, 'one').toContain(1)
    expect(Math.max(...sizes), 'many').toBeGreaterThan(64)

    const floats = cases.flatMap(({ operands }) => operands.filter(({ dtype }) => dtype === 'float32'))
    if (floats.length === 0) return
    const has = (wanted: (value: number) => boolean) => floats.some(({ data }) => data.some(wanted))
    expect(has(Number.isNaN), 'NaN').toBe(true)
    expect(
      has((value) => value === Infinity),
      'infinity',
    ).toBe(true)
    expect(
      has((value) => Object.is(value, -0)),
      'minus zero',
    ).toBe(true)
    expect(
      has((value) => Math.abs(value) > 1e9 && value < Infinity),
      'large',
    ).toBe(true)
    expect(
      has((value) => value !== 0 && Math.abs(value) < 1e-9),
      'small',
    ).toBe(true)
  })
})

describe('the comparison', () => {
  const exact = VALUE_TOLERANCE.add
  const near = VALUE_TOLERANCE.exp

  test('takes the reference rounded to float32, and no other neighbour where the op is exact', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const neighbour = value + value * 2 ** -23
        const expected = value * (1 + 2 ** -30)
        expect(isClose(expected, Math.fround(expected), 0, exact)).toBe(true)
        if (Math.fround(neighbour) !== value) expect(isClose(value, Math.fround(neighbour), 0, exact)).toBe(false)
      }),
      { seed: 1 },
    )
  })

  test('NaN only for NaN, infinity only for infinity, signs of zero where they matter', () => {
    expect(isClose(Number.NaN, Number.NaN, 0, exact)).toBe(true)
    expect(isClose(1, Number.NaN, 0, near)).toBe(false)
    expect(isClose(Number.NaN, 1, 0, near)).toBe(false)
    expect(isClose(Infinity, 3.4e38, 0, near)).toBe(false)
    expect(isClose(1e300, Infinity, 0, exact)).toBe(true)
    expect(isClose(0, -0, 0, exact)).toBe(false)
    expect(isClose(0, -0, 0, VALUE_TOLERANCE.sum)).toBe(true)
  })

  test('units in the last place', () => {
    const unit = 2 ** -23
    expect(isClose(1, 1 + 3 * unit, 0, { ulps: 3 })).toBe(true)
    expect(isClose(1, 1 + 4 * unit, 0, { ulps: 3 })).toBe(false)
    expect(isClose(2 ** -140, 0, 0, { ulps: 3 })).toBe(false)
    expect(isClose(2 ** -140, 0, 0, near)).toBe(true)
  })

  test('sums by the magnitude of their terms', () => {
    const terms = { count: 100, magnitudes: [1000], roundings: 4 }
    expect(isClose(0, 1000 * 24 * 2 ** -24, 0, { ulps: 0, terms })).toBe(true)
    expect(isClose(0, 1000 * 25 * 2 ** -24, 0, { ulps: 0, terms })).toBe(false)
  })

  test('says where', () => {
    expect(firstMismatch([1, 2, 3], [1, 2, 4], exact)).toEqual({ index: 2, expected: 3, actual: 4 })
    expect(firstMismatch([1, 2], [1], exact)).toMatchObject({ index: -1 })
    expect(firstMismatch([1, 2], [1, 2], exact)).toBeUndefined()
  })

  test('whole numbers are not rounded to float32', () => {
    expect(firstMismatch(Int32Array.of(2 ** 24 + 1), Int32Array.of(2 ** 24), exact)).toMatchObject({ index: 0 })
  })
})

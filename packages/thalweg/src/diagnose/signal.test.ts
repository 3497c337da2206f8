/** Data in which inputs tell the target, each in its own way, and data in which they do not. */
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.ts'
import { arrays, type Dataset, shuffled } from '../data/index.ts'
import { dataFactsOf } from './data-facts.ts'
import { type Signal, signalOf } from './signal.ts'

interface Rule {
  readonly size?: number
  readonly width?: number
  readonly label?: (row: readonly number[], chance: number) => number
  readonly number?: (row: readonly number[], chance: number) => number
}

function made({ size = 400, width = 4, label, number }: Rule, seed = 1): Dataset {
  const draw = random(seed, 'signal')
  const rows = Array.from({ length: size }, () => Array.from({ length: width }, () => draw.normal()))
  const inputs = Float32Array.from(rows.flat())
  const classes = ['a', 'b', 'c']
  if (label) return arrays({ inputs, labels: rows.map((row) => label(row, draw.uniform())), classes })
  return arrays({ inputs, numbers: rows.map((row) => number?.(row, draw.normal()) ?? 0) })
}

function signal(rule: Rule, seed?: number): Signal {
  const train = made(rule, seed)
  const orders = shuffled().over(train, 0)
  return signalOf(train, dataFactsOf({ train, orders, batchSize: 32, budget: 1e6 }))
}

describe('a signal', () => {
  it.each<[string, Rule]>([
    ['in a feature, though there are many others', { width: 40, label: ([x]) => (x > 0.5 ? 2 : x > -0.5 ? 1 : 0) }],
    ['in two features that say nothing apart', { width: 2, label: ([x, y]) => Number(x * y > 0) }],
    ['in how far out a point lies', { width: 3, label: (row) => Number(Math.hypot(...row) > 1.5) }],
    ['in a number that depends on squares', { width: 2, number: ([x, y]) => x * x - y * y }],
    ['with noise', { number: ([x], noise) => x + 3 * noise }],
    ['in a class that is rare', { label: ([x]) => Number(x > 1.9) }],
  ])('%s is there', (_, rule) => {
    expect(signal(rule).isThere).toBe(true)
  })

  it('is not where targets have nothing to do with the inputs', () => {
    const nothing: readonly Rule[] = [
      { label: (_, chance) => Math.floor(3 * chance) },
      { label: (_, chance) => Number(chance > 0.9) },
      { width: 30, number: (_, noise) => noise },
    ]
    const found = nothing.flatMap((rule) => Array.from({ length: 80 }, (_, seed) => signal(rule, seed).isThere))
    // By chance one in 400.
    expect(found.filter(Boolean).length).toBeLessThanOrEqual(1)
  })

  it('of a single feature is what chance alone says once in a thousand data sets', () => {
    // Of a chi-square variable with one degree of freedom.
    const { best } = signal({ width: 1, number: (_, noise) => noise })
    expect(best?.byChance).toBeCloseTo(10.83 / 400, 2)
  })

  it('is taken for granted where there are too few examples to miss it', () => {
    expect(signal({ size: 60, label: (_, chance) => Math.floor(3 * chance) }).isThere).toBe(true)
    expect(signal({ label: (_, chance) => Number(chance > 0.98) }).isThere).toBe(true)
  })
})

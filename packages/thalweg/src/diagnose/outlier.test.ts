/** Columns with long tails, in which the furthest value is where it belongs, and columns in which it does not. */
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.ts'
import { type Outlier, outlierOf } from './outlier.ts'

type Draw = ReturnType<typeof random>

const MANY = 200

const lognormal = (deviation: number) => (draw: Draw) => Math.exp(3 + deviation * draw.normal())
const mostlyZero = (share: number, rest: (draw: Draw) => number) => (draw: Draw) => {
  return draw.uniform() < share ? 0 : rest(draw)
}
const smallCount = (draw: Draw) => [0, 0, 0, 1, 1, 2, 3][draw.integer(7)]

const tails: readonly [string, (draw: Draw) => number][] = [
  ['lognormal numbers', lognormal(1)],
  ['lognormal numbers of a large deviation', lognormal(2.5)],
  ['a Pareto distribution', (draw) => 1 / (1 - draw.uniform())],
  ['a Pareto distribution without a mean, rounded', (draw) => Math.round((1 - draw.uniform()) ** -2)],
  ['one over numbers around 0', (draw) => 1 / (draw.uniform() - 0.5)],
  ['claims, mostly 0', mostlyZero(0.98, lognormal(2))],
  ['claims, half of them 0', mostlyZero(0.5, lognormal(2))],
  ['fines, all the same', mostlyZero(0.996, () => 12345.6)],
  ['counts, few of them large', (draw) => (draw.uniform() < 0.996 ? smallCount(draw) : 50 + draw.integer(251))],
]

const usual: readonly [string, (draw: Draw) => number][] = [
  ['normal numbers', (draw) => 5 + 2 * draw.normal()],
  ['uniform numbers', (draw) => 10 * draw.uniform()],
  ['ratings', (draw) => 1 + draw.integer(5)],
  ['flags', (draw) => draw.integer(2)],
  ['small counts', smallCount],
]

/** In a table of two columns, scaled as tables are, `wrong` in place of some of its values. */
function found(
  value: (draw: Draw) => number,
  seed: number,
  size = 210,
  wrong: readonly number[] = [],
): Outlier | undefined {
  const draw = random(seed, 'outlier')
  const rows = Array.from({ length: size }, (_, row) => [draw.normal(), wrong[row % 100] ?? value(draw)])
  const columns = [0, 1].map((at) => {
    const values = rows.map((row) => row[at])
    const mean = values.reduce((sum, one) => sum + one / size, 0)
    const deviation = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2 / size, 0))
    return { name: `${at}`, mean, deviation, least: Math.min(...values), most: Math.max(...values) }
  })
  const scaled = Float32Array.from(
    rows.flatMap((row) => row.map((one, at) => (one - columns[at].mean) / columns[at].deviation)),
  )
  const spreads = columns.map(({ name, mean, deviation, least, most }) => {
    return { name, mean: 0, deviation: 1, least: (least - mean) / deviation, most: (most - mean) / deviation }
  })
  return outlierOf(
    Int32Array.from({ length: size }, (_, row) => row),
    scaled,
    spreads,
  )
}

describe('a value that lies apart', () => {
  it.each(tails)('is none of %s', (_, value) => {
    const seeds = Array.from({ length: MANY }, (_, seed) => seed)
    // That all others are the same is said as that, and is no warning.
    const told = seeds.filter((seed) => Number.isFinite(found(value, seed)?.times ?? Number.NaN))
    const toldOfMore = seeds
      .slice(0, MANY / 4)
      .filter((seed) => Number.isFinite(found(value, seed, 1050)?.times ?? Number.NaN))
    expect(told.length).toBeLessThanOrEqual(1)
    expect(toldOfMore.length).toBeLessThanOrEqual(1)
  })

  it.each(usual)('is found among %s, once and several times, though their signs differ', (_, value) => {
    for (let seed = 0; seed < 40; seed++)
      for (const wrong of [[1e9], [-999], [999], [999999], [-999, 999]])
        expect(found(value, seed, 400, wrong)).toMatchObject({ name: '1', count: 4 * wrong.length })
  })

  it('is told with what it is, what the others are like, and how far they are apart', () => {
    const values = Float32Array.from({ length: 100 }, (_, row) => (row === 41 ? 5000 : row))
    const spread = { name: 'a', mean: 99, deviation: 500, least: 0, most: 5000 }
    const rows = Int32Array.from({ length: 100 }, (_, row) => 2 * row)
    expect(outlierOf(rows, values, [spread])).toEqual({
      example: 82,
      name: 'a',
      index: 0,
      value: 5000,
      count: 1,
      median: 51,
      times: 4949 / 51,
      threshold: 50,
    })
    expect(outlierOf(rows, values.fill(7, 0, 41).fill(7, 42), [{ ...spread, deviation: 490 }])).toMatchObject({
      value: 5000,
      median: 7,
      times: Number.POSITIVE_INFINITY,
    })
  })

  it('is looked for in so many values as a large column has', () => {
    const draw = random(1, 'large')
    const values = Float32Array.from({ length: 50_000 }, (_, row) => (row === 30_001 ? 1000 : draw.normal()))
    const rows = Int32Array.from(values, (_, row) => row)
    const spread = { name: 'a', mean: 0, deviation: 4.6, least: -5, most: 1000 }
    expect(outlierOf(rows, values, [spread])).toMatchObject({ example: 30_001, value: 1000, threshold: 50 })
  })
})

/** The value of the training part that lies furthest from the middle of its column, and how far all others lie. */
import { columnOf, type Sample, type Spread } from './sample.ts'

export interface Outlier {
  readonly example: number
  /** `y` of a target; of an input for sentences, `column 'age'`. */
  readonly column: string
  readonly value: number
  readonly median: number
  /** Root mean square distance of the others from the median, without the hundredth that lies furthest; 0 where all others are the same. */
  readonly usual: number
}

/** Of so many values one may be strange, and so many tell what is usual. */
const STRANGE = 100
const USUAL = 4096

/** The most striking one of all target columns. */
export function targetOutlierOf({ rows, targets }: Sample, names: readonly string[]): Outlier | undefined {
  const outliers = names.flatMap((column, at): Outlier[] => {
    const outlier = outlierOf(columnOf(targets, at, names.length), rows)
    return outlier ? [{ ...outlier, column }] : []
  })
  return mostBy(outliers, ({ value, median, usual }) => Math.abs(value - median) / Math.max(usual, Number.MIN_VALUE))
}

export interface InputOutlier extends Pick<Outlier, 'example' | 'column' | 'value'> {
  /** Middle of the range of all other values of its column, and how far they reach from there; 0 where they are all the same. */
  readonly middle: number
  readonly reach: number
}

/**
 * A value apart from all others is so many deviations from the mean, if no more than a hundredth of all are like it; of few values,
 * nearly the root of their number. Most columns are done with that.
 */
const SUSPECT = 9

/** The most striking one of all features; undefined where none is suspect. */
export function inputOutlierOf({ rows, inputs }: Sample, columns: readonly Column[]): InputOutlier | undefined {
  const suspect = Math.min(SUSPECT, 0.9 * Math.sqrt(rows.length))
  const outliers = columns.flatMap(({ name, mean, deviation, least, most }, at): InputOutlier[] => {
    if (!(Math.max(most - mean, mean - least) > suspect * deviation)) return []
    const value = most - mean > mean - least ? most : least
    let [low, high, count, first] = [most, least, 0, 0]
    for (let row = rows.length - 1; row >= 0; row--) {
      const other = inputs[row * columns.length + at]
      if (other === value) {
        count++
        first = row
      } else {
        low = Math.min(low, other)
        high = Math.max(high, other)
      }
    }
    // A flag that is rare.
    if (low === high && count > 1) return []
    return [{ example: rows[first], column: name, value, middle: (low + high) / 2, reach: (high - low) / 2 }]
  })
  return mostBy(outliers, timesOf)
}

/** How many times as far out as all others. */
export function timesOf({ value, middle, reach }: InputOutlier): number {
  return Math.abs(value - middle) / Math.max(reach, Number.MIN_VALUE)
}

interface Column extends Spread {
  readonly name: string
}

function outlierOf(values: Float64Array, rows: Int32Array): Omit<Outlier, 'column'> | undefined {
  const some = values.filter((_, row) => row % Math.ceil(rows.length / USUAL) === 0).sort()
  const median = some[Math.floor(some.length / 2)]
  const distances = some.map((value) => Math.abs(value - median)).sort()
  const others = distances.subarray(0, distances.length - Math.ceil(distances.length / STRANGE))
  const usual = Math.sqrt(others.reduce((sum, distance) => sum + distance ** 2 / others.length, 0))
  const furthest = values.reduce((most, value, row) => {
    return Math.abs(value - median) > Math.abs(values[most] - median) ? row : most
  }, 0)
  const isLone = () => values.every((value, row) => value === median || row === furthest)
  return usual > 0 || isLone() ? { example: rows[furthest], value: values[furthest], median, usual } : undefined
}

function mostBy<Value>(values: readonly Value[], figure: (value: Value) => number): Value | undefined {
  return values.reduce<Value | undefined>((most, one) => (most && figure(most) >= figure(one) ? most : one), undefined)
}

/**
 * Values of the validation and test parts that are no finite numbers, or lie nowhere near those of the training part. They touch
 * no weight, and make all the figures of their part. One pass over a sample: some milliseconds for a quarter of a million values.
 */
import type { Dataset, ValueAt } from '../data/index.ts'
import { type Spread, sampleOf } from './sample.ts'

/** What training values of a column are like, or of all columns together where there are too many to be told apart. */
export interface Usual extends Omit<Spread, 'deviation'> {
  /** For sentences: `column 'a'`, `feature 3`, `target 'y'`; unused where it is of all columns. */
  readonly name: string
}

export interface Training {
  /** One for each place of an example, or one for all. */
  readonly inputs: readonly Usual[]
  /** None for classes. */
  readonly targets: readonly Usual[]
}

export interface HeldOutFacts {
  readonly part: 'validation' | 'test'
  /** Examples that were looked at. */
  readonly examples: number
  /** Values that lie far out, and those that are no finite numbers. */
  readonly far: number
  readonly bad: number
  /** The first that is no finite number, or the one furthest out. */
  readonly worst: Stray | undefined
}

export interface Stray {
  /** Row of its part. */
  readonly example: number
  readonly at: ValueAt
  readonly name: string
  readonly value: number
  /** Its distance from the training mean, over the largest such distance in training; infinite for no finite number. */
  readonly times: number
}

/** Beyond so many times what training has seen; of long tails, too, a few more examples bring hardly ten. */
export const FAR = 100

export function heldOutOf(
  part: HeldOutFacts['part'],
  dataset: Dataset,
  { inputs, targets }: Training,
  budget: number,
): HeldOutFacts {
  const sample = sampleOf(dataset, budget)
  const examples = sample.rows.length
  const found = { far: 0, bad: 0, worst: undefined as Stray | undefined }

  function look(part: ValueAt['part'], values: ArrayLike<number>, usual: readonly Usual[]): void {
    const perExample = values.length / examples
    const bounds = usual.map(boundOf)
    eachBeyond(values, usual, bounds, (at, column) => {
      const { name, mean } = usual[column]
      const isBad = !Number.isFinite(values[at])
      found[isBad ? 'bad' : 'far']++
      const times = isBad ? Number.POSITIVE_INFINITY : (FAR * Math.abs(values[at] - mean)) / bounds[column]
      if (found.worst && times <= found.worst.times) return
      const example = sample.rows[Math.floor(at / perExample)]
      // One bound for all places names none of them.
      const index = at % perExample
      const place = usual.length < perExample ? `input ${index}` : name
      found.worst = { example, at: { part, index }, name: place, value: values[at], times }
    })
  }

  look('input', sample.inputs, inputs)
  look('target', sample.targets, targets)
  return { part, examples, ...found }
}

function eachBeyond(
  values: ArrayLike<number>,
  usual: readonly Usual[],
  bounds: readonly number[],
  see: (at: number, column: number) => void,
): void {
  const low = Float64Array.from(bounds, (bound, column) => usual[column].mean - bound)
  const high = Float64Array.from(bounds, (bound, column) => usual[column].mean + bound)
  const columns = usual.length
  for (let start = 0; start < values.length && columns > 0; start += columns) {
    for (let column = 0; column < columns; column++) {
      const value = values[start + column]
      // NaN is neither.
      if (!(value >= low[column] && value <= high[column])) see(start + column, column)
    }
  }
}

/** Whether figures of the validation part say nothing of what is learned: one such value makes them. */
export function isValidationSpoilt(parts: readonly HeldOutFacts[]): boolean {
  return parts.some(({ part, worst }) => part === 'validation' && worst !== undefined)
}

/** Of a column that never varies, or holds no finite numbers, nobody can say what is far: there only these are told. */
function boundOf({ mean, least, most }: Usual): number {
  const furthest = Math.max(most - mean, mean - least)
  return furthest > 0 && Number.isFinite(furthest) ? FAR * furthest : Number.MAX_VALUE
}

/**
 * Train, valid and test parts of a dataset, by seed. Classes keep their proportions (stratified); every class has at
 * least one training example. A row's part depends on the seed, the fractions and the labels, on nothing else.
 */
import { random, ThalwegError } from '../base/index.ts'
import { checkCount, checkNames, checkSeed } from './checks.ts'
import { labelsOf } from './classes.ts'
import type { Dataset } from './dataset.ts'
import { subset } from './subset.ts'

export interface SplitOptions {
  readonly seed: number
  /** Share of the examples in the valid part, in [0, 1). Default 0.15; 0 leaves it empty. */
  readonly valid?: number
  /** Share of the examples in the test part, in [0, 1). Default 0.15; 0 leaves it empty. */
  readonly test?: number
}

/** Row numbers of each part, ascending. */
export interface RowSplit {
  readonly train: Int32Array
  readonly valid: Int32Array
  readonly test: Int32Array
}

export interface Split {
  readonly train: Dataset
  readonly valid: Dataset
  readonly test: Dataset
}

/**
 * Splits a dataset by seed; the parts are views named `name/train`, `name/valid`, `name/test`.
 *
 * @throws ThalwegError `data/bad-fraction`, `data/too-few-rows`
 */
export function split(dataset: Dataset, options: SplitOptions): Split {
  const { seed, valid, test } = options
  checkNames('split', options, { seed, valid, test })
  const rows = splitRows(dataset.name, labelsOf(dataset) ?? dataset.size, options)
  return {
    train: subset(dataset, rows.train, `${dataset.name}/train`),
    valid: subset(dataset, rows.valid, `${dataset.name}/valid`),
    test: subset(dataset, rows.test, `${dataset.name}/test`),
  }
}

/** As {@link split}, for row numbers alone: of examples with these `labels`, or of that many examples without classes. */
export function splitRows(name: string, labels: ArrayLike<number> | number, options: SplitOptions): RowSplit {
  const { seed, valid = 0.15, test = 0.15 } = options
  const size = typeof labels === 'number' ? labels : labels.length
  checkSeed(`split ${name}`, seed)
  checkCount(`split ${name}`, 'the number of examples', size, 0)
  checkFractions(name, valid, test)
  const parts = { train: [] as number[], valid: [] as number[], test: [] as number[] }

  // Each class is shuffled and cut on its own. Shares are rounded on the running total over the classes, so that many
  // small classes do not each round their valid rows away; the first row of each class always goes to train.
  const groups = groupsOf(labels).map((group) => ({ ...group, valid: 0, test: 0 }))
  let seen = 0
  let validLeft = 0
  let testLeft = 0
  for (const group of groups) {
    testLeft += Math.round((seen + group.rows.length) * test) - Math.round(seen * test)
    validLeft += Math.round((seen + group.rows.length) * valid) - Math.round(seen * valid)
    seen += group.rows.length
    give(group)
  }
  // What the last classes were too small for, larger ones give.
  for (const group of [...groups].sort((a, b) => spareOf(b) - spareOf(a))) give(group)

  function give(group: Group): void {
    const testHere = Math.min(testLeft, spareOf(group))
    group.test += testHere
    testLeft -= testHere
    const validHere = Math.min(validLeft, spareOf(group))
    group.valid += validHere
    validLeft -= validHere
  }

  for (const { key, rows, valid, test } of groups) {
    random(seed, `data/split/${key}`)
      .permutation(rows.length)
      .forEach((at, i) => {
        const part = i < test ? parts.test : i < test + valid ? parts.valid : parts.train
        part.push(rows[at])
      })
  }
  const counts = { train: parts.train.length, valid: parts.valid.length, test: parts.test.length }
  if (counts.train === 0 || (valid > 0 && counts.valid === 0) || (test > 0 && counts.test === 0)) {
    throw tooFewRows(name, size, valid, test, counts)
  }
  return { train: ascending(parts.train), valid: ascending(parts.valid), test: ascending(parts.test) }
}

/** The rows of one class, and how many of them go to valid and test. */
interface Group {
  readonly key: string
  readonly rows: readonly number[]
  valid: number
  test: number
}

/** How many more rows a class can give and still keep one for train. */
function spareOf({ rows, valid, test }: Group): number {
  return rows.length - 1 - valid - test
}

function groupsOf(labels: ArrayLike<number> | number): { key: string; rows: readonly number[] }[] {
  if (typeof labels === 'number') return [{ key: 'all', rows: Array.from({ length: labels }, (_, row) => row) }]
  const groups = new Map<number, number[]>()
  for (let row = 0; row < labels.length; row++) {
    const rows = groups.get(labels[row])
    if (rows) rows.push(row)
    else groups.set(labels[row], [row])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([label, rows]) => ({ key: String(label), rows }))
}

function ascending(rows: number[]): Int32Array {
  return Int32Array.from(rows).sort()
}

function checkFractions(name: string, valid: number, test: number): void {
  if (valid >= 0 && test >= 0 && valid + test < 1) return
  throw new ThalwegError('data/bad-fraction', {
    rule: `split ${name}: valid and test must be shares of at least 0 that leave something for train`,
    received: `valid ${valid}, test ${test}`,
    try: 'give shares such as valid 0.15 and test 0.15',
  })
}

function tooFewRows(
  name: string,
  size: number,
  valid: number,
  test: number,
  counts: { train: number; valid: number; test: number },
): ThalwegError {
  return new ThalwegError('data/too-few-rows', {
    rule: `split ${name}: every part must get at least one example`,
    received: `${size} examples into train ${counts.train}, valid ${counts.valid}, test ${counts.test} (shares: valid ${valid}, test ${test})`,
    try: 'give more examples, or set the share of the empty part to 0',
  })
}

/**
 * Weighted sampling: each place of an epoch is drawn for itself, with replacement, an example's probability being its
 * share of the weights. Some examples come several times and some not at all.
 */
import { random, ThalwegError } from '../../base/index.ts'
import { checkCount, checkNames } from '../checks.ts'
import { createOrder, type Order } from './order.ts'
import { checkScores } from './scores.ts'

export interface WeightedOptions {
  /** `[size]`, at least 0, not all 0. */
  readonly weights: ArrayLike<number>
  /** Examples in an epoch. Default as many as the dataset has. */
  readonly length?: number
}

/** Over a dataset it throws `data/score-count`, `data/bad-score`, `data/bad-weight`, `data/bad-count`. */
export function weighted(options: WeightedOptions): Order {
  const { weights, length } = options
  checkNames('weighted', options, { weights, length })
  return createOrder('weighted', ({ name, size }, seed) => {
    const operation = `weighted ${name}`
    const count = length ?? size
    checkCount(operation, 'length', count, 1)
    checkScores(operation, 'weight', weights, size)
    const sums = runningSums(operation, weights)
    const total = sums[size - 1]

    function rows(epoch: number): Int32Array {
      const draw = random(seed, `data/weighted/${epoch}`)
      return Int32Array.from({ length: count }, () => firstAbove(sums, draw.uniform() * total))
    }
    return { length: count, rows, identity: { length: count }, values: [sums] }
  })
}

function runningSums(operation: string, weights: ArrayLike<number>): Float64Array {
  const size = weights.length
  const sums = new Float64Array(size)
  let total = 0
  for (let row = 0; row < size; row++) {
    if (weights[row] < 0) throw badWeight(operation, `${weights[row]} at row ${row}`)
    total += weights[row]
    sums[row] = total
  }
  if (!(total > 0 && Number.isFinite(total))) throw badWeight(operation, `weights that add up to ${total}`)
  return sums
}

/** The first row whose sum is above `value`, by halving. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}

function badWeight(operation: string, received: string): ThalwegError {
  return new ThalwegError('data/bad-weight', {
    rule: `${operation}: weights must be at least 0, and not all 0`,
    received,
    try: 'give each example a weight of at least 0, such as classWeights(dataset)[label]',
  })
}

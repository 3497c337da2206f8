/**
 * Class balancing by sampling: every class comes equally often in an epoch. Examples of small classes are repeated
 * (over-sampling), of large classes some are left out, others in each epoch (under-sampling). The other way to balance is
 * a loss with `classWeights`; see Buda, Maki and Mazurowski, "A systematic study of the class imbalance problem in
 * convolutional neural networks" (2018), who find over-sampling the best for deep networks.
 */

import { random, ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { countClasses, labelsOf } from '../classes.ts'
import type { Dataset } from '../dataset.ts'
import { rowsByClass } from './groups.ts'
import { createOrder, type Order } from './order.ts'

export interface BalancedOptions {
  /** Examples of each class in an epoch: as many as the largest class has (default), as the smallest has, or a number. */
  readonly perClass?: 'largest' | 'smallest' | number
}

/** @throws ThalwegError `data/bad-count`; over a dataset `data/no-classes` where the target is numbers */
export function balanced(options: BalancedOptions = {}): Order {
  const { perClass = 'largest' } = options
  checkNames('balanced', options, { perClass })
  checkPerClass(perClass)
  return createOrder('balanced', (dataset, seed) => {
    const groups = rowsByClass('balanced', dataset)
    const each = countOf(perClass, groups)

    function rows(epoch: number): Int32Array {
      const draw = random(seed, `data/balanced/${epoch}`)
      const rows = new Int32Array(groups.length * each)
      groups.forEach((group, g) => {
        // Whole rounds of the class first: no example comes twice more than another.
        for (let dealt = 0; dealt < each; dealt += group.length) {
          const round = draw.permutation(group.length).subarray(0, each - dealt)
          rows.set(
            round.map((at) => group[at]),
            g * each + dealt,
          )
        }
      })
      return draw.permutation(rows.length).map((at) => rows[at])
    }
    return { length: groups.length * each, rows, identity: { each }, values: groups }
  })
}

function countOf(perClass: 'largest' | 'smallest' | number, groups: readonly Int32Array[]): number {
  const sizes = groups.map((rows) => rows.length)
  if (sizes.length === 0) return 0
  if (perClass === 'largest') return Math.max(...sizes)
  return perClass === 'smallest' ? Math.min(...sizes) : perClass
}

function checkPerClass(perClass: 'largest' | 'smallest' | number): void {
  if (perClass === 'largest' || perClass === 'smallest') return
  if (Number.isSafeInteger(perClass) && perClass >= 1) return
  throw new ThalwegError('data/bad-count', {
    rule: "balanced: perClass must be 'largest', 'smallest' or an integer of at least 1",
    received: String(perClass),
    try: "give perClass 'largest'",
  })
}

/**
 * `size / (classes * count)` for each class, 0 for one without examples: what makes all classes weigh the same, for
 * `crossEntropy({ classWeights })` or, looked up by label, for {@link weighted} sampling.
 *
 * @throws ThalwegError `data/no-classes`
 */
export function classWeights(dataset: Dataset): number[] {
  const present = rowsByClass('classWeights', dataset).length
  const classes = dataset.target.kind === 'class' ? dataset.target.classes.length : 0
  const counts = countClasses(labelsOf(dataset) ?? new Int32Array(0), classes)
  return Array.from(counts, (count) => (count === 0 ? 0 : dataset.size / (present * count)))
}

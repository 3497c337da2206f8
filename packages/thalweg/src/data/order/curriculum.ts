/**
 * Curriculum learning: the easiest examples first, more and more of the others as time goes on (Bengio et al. 2009;
 * Hacohen and Weinshall 2019, algorithm 1). An epoch always has as many examples as the dataset, so that a curriculum
 * costs what plain training costs: while few are let in, each of them comes several times.
 */
import { random, ThalwegError } from '../../base/index.ts'
import { checkCount, checkSeed } from '../checks.ts'
import { labelsOf } from '../classes.ts'
import type { Dataset } from '../dataset.ts'
import { createOrder, type Order, type OrderOptions } from './order.ts'
import type { Pacing } from './pacing.ts'
import { checkScores, type Score, scoresOf } from './scores.ts'

export interface CurriculumOptions extends OrderOptions {
  /** How hard each example is, `[size]`, or a function that says it. Larger is harder. */
  readonly scores: ArrayLike<number> | Score
  readonly pacing: Pacing
  /** Which end comes first. Default `easy`; `hard` is the paper's anti-curriculum, to compare with. */
  readonly first?: 'easy' | 'hard'
  /**
   * Whether the examples that are let in hold the classes in the proportions of the whole, as in the paper: difficulty is
   * ranked within each class. Default true where the target is classes.
   */
  readonly keepClasses?: boolean
  /** How often in an epoch the share is looked up, at least 1. Default 10. */
  readonly updates?: number
}

/**
 * @throws ThalwegError `data/score-count`, `data/bad-score`, `data/bad-seed`, `data/bad-count`, `data/bad-pacing` when the
 * pacing gives a share outside (0, 1]
 */
export function curriculum(dataset: Dataset, options: CurriculumOptions): Order {
  const { pacing, first = 'easy', seed = 0, updates = 10, keepClasses = true } = options
  const { name, size } = dataset
  const operation = `curriculum of ${name}`
  checkSeed(operation, seed)
  checkCount(operation, 'updates', updates, 1)
  const scores = typeof options.scores === 'function' ? scoresOf(dataset, options.scores) : options.scores
  checkScores(operation, 'score', scores, size)
  const labels = keepClasses ? labelsOf(dataset) : undefined
  const ranked = rank(scores, labels, first === 'hard' ? -1 : 1, seed)

  /** Deals the first `count` of the ranked rows in shuffled rounds; a new count begins a new round. */
  function epochRows(epoch: number): Int32Array {
    const order = new Int32Array(size)
    const draw = random(seed, `data/curriculum/${epoch}`)
    let round: Int32Array = new Int32Array(0)
    let [next, count, update] = [0, 0, -1]
    for (let at = 0; at < size; at++) {
      const now = Math.floor((at * updates) / size)
      const letIn = now === update ? count : countAt(pacing, epoch + now / updates, size)
      update = now
      if (letIn !== count || next === round.length) {
        round = draw.permutation(letIn)
        next = 0
        count = letIn
      }
      order[at] = ranked[round[next++]]
    }
    return order
  }

  const description = { seed, updates, pacing: { name: pacing.name, options: pacing.options } }
  return createOrder('curriculum', size, description, [ranked], epochRows)
}

/** Rows from the first to the last; examples of equal score in random order, since their own may mean something. */
function rank(scores: ArrayLike<number>, labels: Int32Array | undefined, sign: number, seed: number): Int32Array {
  const ties = random(seed, 'data/curriculum').permutation(scores.length)
  const rows = ties.slice().sort((a, b) => sign * (scores[a] - scores[b]) || ties[a] - ties[b])
  if (labels === undefined) return rows
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const seen = new Map<number, number>()
  const shares = new Float64Array(rows.length)
  for (const row of rows) {
    const before = seen.get(labels[row]) ?? 0
    shares[row] = (before + 0.5) / (sizes.get(labels[row]) ?? 1)
    seen.set(labels[row], before + 1)
  }
  return rows.sort((a, b) => shares[a] - shares[b] || ties[a] - ties[b])
}

function countAt(pacing: Pacing, time: number, size: number): number {
  const share = pacing.share(time)
  if (share > 0 && share <= 1) return Math.min(size, Math.max(1, Math.round(share * size)))
  throw new ThalwegError('data/bad-pacing', {
    rule: `curriculum: pacing ${pacing.name} must give a share in (0, 1]`,
    received: `${share} at epoch ${time}`,
    try: 'limit it with Math.min(1, ...), and begin above 0',
  })
}

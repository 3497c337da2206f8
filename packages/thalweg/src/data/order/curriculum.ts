/**
 * Curriculum learning: the easiest examples first, more and more of the others as time goes on (Bengio et al. 2009;
 * Hacohen and Weinshall 2019, algorithm 1).
 */
import { random, ThalwegError } from '../../base/index.ts'
import { checkCount, checkNames } from '../checks.ts'
import { labelsOf } from '../classes.ts'
import { createOrder, type Order } from './order.ts'
import type { Pacing } from './pacing.ts'
import { checkScores, type Score, scoresOf } from './scores.ts'

export interface CurriculumOptions {
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
  /**
   * Whether every epoch has as many examples as the dataset, those that are let in coming several times, so that a
   * curriculum costs what plain training costs. With false each comes once: the first epochs are short. Default true.
   */
  readonly repeat?: boolean
  /** How often in an epoch of full length the share is looked up, at least 1. Default 10; once where nothing repeats. */
  readonly updates?: number
}

/**
 * @throws ThalwegError `data/bad-count`; over a dataset `data/score-count`, `data/bad-score`; for an epoch
 * `data/bad-pacing` when the pacing gives a share outside (0, 1]
 */
export function curriculum(options: CurriculumOptions): Order {
  const { pacing, first = 'easy', keepClasses = true, repeat = true } = options
  const { updates = repeat ? 10 : 1 } = options
  const { scores } = options
  checkNames('curriculum', options, { scores, pacing, first, keepClasses, repeat, updates })
  checkCount('curriculum', 'updates', updates, 1)
  if (!repeat && updates > 1) throw idleUpdates(updates)
  return createOrder('curriculum', (dataset, seed) => {
    const { name, size } = dataset
    const scores = typeof options.scores === 'function' ? scoresOf(dataset, options.scores) : options.scores
    checkScores(`curriculum of ${name}`, 'score', scores, size)
    const labels = keepClasses ? labelsOf(dataset) : undefined
    const ranked = rank(scores, labels, first === 'hard' ? -1 : 1, seed)
    const length = repeat ? size : (epoch: number) => countAt(pacing, epoch, size)

    /** Deals the first `count` of the ranked rows in shuffled rounds; a new count begins a new round. */
    function rows(epoch: number): Int32Array {
      const order = new Int32Array(typeof length === 'number' ? length : length(epoch))
      const draw = random(seed, `data/curriculum/${epoch}`)
      let round: Int32Array = new Int32Array(0)
      let [next, count, update] = [0, 0, -1]
      for (let at = 0; at < order.length; at++) {
        const now = Math.floor((at * updates) / order.length)
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

    const identity = { repeat, updates, pacing: { name: pacing.name, options: pacing.options } }
    return { length, rows, identity, values: [ranked] }
  })
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

function idleUpdates(updates: number): ThalwegError {
  return new ThalwegError('data/bad-count', {
    rule: 'curriculum: where nothing repeats, the share is looked up once an epoch',
    received: `repeat false, updates ${updates}`,
    try: 'leave updates out, or repeat',
  })
}

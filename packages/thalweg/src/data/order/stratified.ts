/**
 * Stratified batches: every stretch of an epoch, so every batch of whatever size, holds the classes in the proportions of
 * the whole, to within less than two examples. The classes take turns as Tijdeman's rule for chairmen has it ("The
 * chairman assignment problem", Discrete Mathematics 32, 1980); which example of a class has the turn is random.
 */
import { random } from '../../base/index.ts'
import { rowsByClass } from './groups.ts'
import { createOrder, type Order } from './order.ts'

/** Over a dataset it throws `data/no-classes` where the target is numbers. */
export function stratified(): Order {
  return createOrder('stratified', (dataset, seed) => {
    const { size } = dataset
    const groups = rowsByClass('stratified', dataset)
    const turns = takeTurns(groups.map((rows) => rows.length))

    function rows(epoch: number): Int32Array {
      const draw = random(seed, `data/stratified/${epoch}`)
      const shuffles = groups.map((group) => draw.permutation(group.length).map((at) => group[at]))
      const dealt = new Int32Array(groups.length)
      // Begun at a random turn, so that it is not always the same batches that get the rare classes.
      const start = size > 0 ? draw.integer(size) : 0
      return turns.map((_, at) => {
        const group = turns[(start + at) % size]
        return shuffles[group][dealt[group]++]
      })
    }
    return { length: size, rows, values: [turns, ...groups] }
  })
}

/**
 * A sequence in which group g occurs `counts[g]` times, and in each beginning of which it differs from its share by less
 * than 1. Of those groups that are far enough behind their share, the one whose turn can wait least is next.
 */
export function takeTurns(counts: readonly number[]): Int32Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const slack = Math.max(1, 2 * counts.length - 2)
  const taken = new Int32Array(counts.length)
  return Int32Array.from({ length: total }, (_, at) => {
    let chosen = 0
    let earliest = Number.POSITIVE_INFINITY
    for (let g = 0; g < counts.length; g++) {
      if (slack * (counts[g] * (at + 1) - total * taken[g]) < total) continue
      const deadline = Math.ceil((((taken[g] + 1) * slack - 1) * total) / (counts[g] * slack))
      if (deadline < earliest) [chosen, earliest] = [g, deadline]
    }
    taken[chosen]++
    return chosen
  })
}

/** The losses of a sitting's steps, one after the other, and the few figures that verdicts are made of. */

export interface LossCurve {
  /** Of each step since the sitting began. */
  readonly values: readonly number[]
  /** Of the first step, before any update; NaN before that. */
  readonly first: number
  add(loss: number): void
  /** Mean of the last so many steps, or of as many as there are. Default a twentieth of all, at least 8. */
  recent(steps?: number): number
  /** Means of `parts` equal stretches of the last `share` of all steps, oldest first. */
  stretches(parts: number, share?: number): readonly number[]
  /** The highest of all so far. */
  readonly highest: number
}

export function createLossCurve(): LossCurve {
  /** Level 0 are the losses; every level has the sums of pairs of the one before. A long run is looked at often. */
  const levels: number[][] = [[]]
  const [values] = levels
  let highest = Number.NEGATIVE_INFINITY
  function mean(from: number, to: number): number {
    let [low, high, sum] = [from, to, 0]
    for (let level = 0; low < high; level++) {
      if (low % 2 === 1) sum += levels[level][low++]
      if (high % 2 === 1) sum += levels[level][--high]
      low /= 2
      high /= 2
    }
    return sum / (to - from)
  }
  return {
    values,
    get first() {
      return values[0] ?? Number.NaN
    },
    get highest() {
      return highest
    },
    add(loss) {
      values.push(loss)
      if (loss > highest) highest = loss
      for (let level = 0; levels[level].length % 2 === 0; level++) {
        const sums = levels[level]
        levels[level + 1] ??= []
        levels[level + 1].push(sums[sums.length - 2] + sums[sums.length - 1])
      }
    },
    recent: (steps = Math.max(8, Math.floor(values.length / 20))) =>
      mean(Math.max(0, values.length - steps), values.length),
    stretches(parts, share = 1) {
      const begin = Math.floor(values.length * (1 - share))
      const edge = (part: number): number => begin + Math.floor(((values.length - begin) * part) / parts)
      return Array.from({ length: parts }, (_, part) => mean(edge(part), edge(part + 1)))
    },
  }
}

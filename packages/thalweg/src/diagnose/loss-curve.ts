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
  /** Standard deviation of the last so many steps. */
  deviation(steps: number): number
  /** The highest of all so far. */
  readonly highest: number
}

export function createLossCurve(): LossCurve {
  const values: number[] = []
  let highest = Number.NEGATIVE_INFINITY
  const mean = (from: number, to: number): number => {
    let sum = 0
    for (let i = from; i < to; i++) sum += values[i]
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
    },
    recent: (steps = Math.max(8, Math.floor(values.length / 20))) =>
      mean(Math.max(0, values.length - steps), values.length),
    stretches(parts, share = 1) {
      const begin = Math.floor(values.length * (1 - share))
      const edge = (part: number): number => begin + Math.floor(((values.length - begin) * part) / parts)
      return Array.from({ length: parts }, (_, part) => mean(edge(part), edge(part + 1)))
    },
    deviation(steps) {
      const from = Math.max(0, values.length - steps)
      const middle = mean(from, values.length)
      let squares = 0
      for (let i = from; i < values.length; i++) squares += (values[i] - middle) ** 2
      return Math.sqrt(squares / (values.length - from))
    },
  }
}

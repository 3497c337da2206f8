/**
 * What a learning-rate range test reads off its curves (Smith, "Cyclical learning rates for training neural networks",
 * 2017, section 3.3): where the loss begins to fall, where it stops falling, and where it falls fastest. It abstains
 * where the curve does not say it: a flat one, one that never turns, seeds that contradict each other.
 */

export type RangeVerdict = RangeInterval | RangeAbstention

export interface RangeInterval {
  readonly kind: 'interval'
  /** From here on the loss falls: a tenth of the fall is done. */
  readonly low: number
  /** Up to here it does: nine tenths are done. A cyclic schedule runs between the two. */
  readonly high: number
  /** Where it falls fastest: a rate to begin with. */
  readonly suggestion: number
}

export interface RangeAbstention {
  readonly kind: 'abstention'
  readonly reason: 'constant-target' | 'flat' | 'no-rise' | 'seeds-disagree'
  /** Why in a sentence, with the numbers. */
  readonly message: string
  readonly try: string
}

/** Of the normal kernel that the curves are smoothed with, in steps. It is centered, so that nothing lags behind. */
const SMOOTHING_STEPS = 2
/** The part of the sweep at whose rates nothing happens yet: it tells how much losses differ by themselves. */
const BEGINNING = 0.1
/** In deviations of the smoothed curve; the lowest of its points is some two below the mean by chance. */
const SIGNIFICANT = 5
/** A fall smaller than this share of the loss is of no use, however certain. */
const LEAST_FALL = 0.01
/** How much of its fall the loss must climb again for the valley to have another side. */
const RISE = 0.3
/** By what factor the seeds' suggestions may differ. */
const AGREEMENT = 30

export function smoothed(values: readonly number[]): number[] {
  const reach = 3 * SMOOTHING_STEPS
  return values.map((_, at) => {
    let [sum, weight] = [0, 0]
    for (let i = Math.max(0, at - reach); i <= Math.min(values.length - 1, at + reach); i++) {
      const share = Math.exp(-0.5 * ((i - at) / SMOOTHING_STEPS) ** 2)
      sum += share * values[i]
      weight += share
    }
    return sum / weight
  })
}

/**
 * @param rates `[steps]`, rising
 * @param losses of each seed `[steps]`: what the loss was after the update at that rate; infinite once it diverged
 */
export function readCurves(rates: readonly number[], losses: readonly (readonly number[])[]): RangeVerdict {
  const curves = losses.map(curveOf)
  const together = curveOf(
    rates.map((_, i) => curves.reduce((sum, { clipped }) => sum + clipped[i] / curves.length, 0)),
  )
  const { base, fall, best, noise } = together
  if (!(fall > Math.max(SIGNIFICANT * noise, LEAST_FALL * Math.abs(base)))) return flat(rates, together)
  const after = Math.max(...together.smooth.slice(best))
  if (after < together.smooth[best] + RISE * fall) return noRise(rates, together)
  const suggestions = curves.filter((curve) => curve.fall > 0).map((curve) => rates[steepest(curve)])
  const spread = Math.max(...suggestions) / Math.min(...suggestions)
  if (spread > AGREEMENT) return disagreement(suggestions)
  return {
    kind: 'interval',
    low: rates[crossing(together, 0.1)],
    high: rates[crossing(together, 0.9)],
    suggestion: rates[steepest(together)],
  }
}

interface Curve {
  /** Losses, none higher above the beginning than the lowest is below it: an explosion would drown the rest. */
  readonly clipped: readonly number[]
  readonly smooth: readonly number[]
  /** Mean loss at the beginning, and the deviation of a smoothed value from it that chance explains. */
  readonly base: number
  readonly noise: number
  /** Place of the lowest value, and how far below the beginning it is. */
  readonly best: number
  readonly fall: number
}

function curveOf(losses: readonly number[]): Curve {
  const beginning = losses.slice(0, Math.max(3, Math.round(BEGINNING * losses.length)))
  const base = beginning.reduce((sum, loss) => sum + loss, 0) / beginning.length
  const variance = beginning.reduce((sum, loss) => sum + (loss - base) ** 2, 0) / (beginning.length - 1)
  // Of a normal kernel of deviation s the squared weights add up to 1 / (2 s sqrt(pi)).
  const noise = Math.sqrt(variance / (2 * SMOOTHING_STEPS * Math.sqrt(Math.PI)))
  const depth = Math.max(0, base - losses.reduce((least, loss) => Math.min(least, loss), base))
  const clipped = losses.map((loss) => Math.min(loss, base + Math.max(depth, LEAST_FALL * Math.abs(base))))
  const smooth = smoothed(clipped)
  const best = smooth.indexOf(Math.min(...smooth))
  return { clipped, smooth, base, noise, best, fall: base - smooth[best] }
}

/** The first place from which on, up to the lowest, at least this share of the fall is done. */
function crossing({ smooth, base, best, fall }: Curve, share: number): number {
  let at = best
  while (at > 0 && base - smooth[at - 1] >= share * fall) at--
  return at
}

function steepest(curve: Curve): number {
  const { smooth } = curve
  const [first, last] = [crossing(curve, 0.1), crossing(curve, 0.9)]
  let found = first
  let slope = 0
  for (let at = Math.max(1, first); at <= Math.min(last, smooth.length - 2); at++) {
    const fallsBy = smooth[at - 1] - smooth[at + 1]
    if (fallsBy > slope) [found, slope] = [at, fallsBy]
  }
  return found
}

function flat(rates: readonly number[], { base, fall, noise }: Curve): RangeAbstention {
  const range = `${short(rates[0])} to ${short(rates[rates.length - 1])}`
  return {
    kind: 'abstention',
    reason: 'flat',
    message: `from ${range} the loss never falls clearly: from ${short(base)} by ${short(fall)}, and chance alone explains ${short(SIGNIFICANT * noise)}`,
    try: 'more steps or larger batches; if it stays flat, look at the model: its gradients may vanish, or its inputs say nothing about the target',
  }
}

function noRise(rates: readonly number[], { smooth, best }: Curve): RangeAbstention {
  return {
    kind: 'abstention',
    reason: 'no-rise',
    message: `up to ${short(rates[rates.length - 1])} the loss never rises again: it is lowest, ${short(smooth[best])}, at ${short(rates[best])}`,
    try: 'a higher end of the range; where the loss stays low at any rate, the task is solved by any of them',
  }
}

function disagreement(suggestions: readonly number[]): RangeAbstention {
  return {
    kind: 'abstention',
    reason: 'seeds-disagree',
    message: `the seeds point to rates from ${short(Math.min(...suggestions))} to ${short(Math.max(...suggestions))}`,
    try: 'more steps, larger batches or more seeds',
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

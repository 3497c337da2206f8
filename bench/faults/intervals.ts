/** How far a share, or a difference of two, can be trusted: 95% intervals. */
import { random } from 'thalweg/base'

export type Interval = readonly [low: number, high: number]

const Z = 1.96
const RESAMPLES = 4000

/** Of `hits` among `count`: Wilson, "Probable inference" (JASA 1927). */
export function shareInterval(hits: number, count: number): Interval {
  if (count === 0) return [0, 1]
  const share = hits / count
  const scale = 1 + Z ** 2 / count
  const centre = (share + Z ** 2 / (2 * count)) / scale
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** Of the mean of paired differences: percentiles of the bootstrap (Efron and Tibshirani 1993, chapter 13). */
export function meanInterval(differences: readonly number[]): Interval {
  if (differences.length === 0) return [Number.NaN, Number.NaN]
  const draw = random(1, 'faults/bootstrap')
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0
    for (let i = 0; i < differences.length; i++) sum += differences[draw.integer(differences.length)]
    return sum / differences.length
  }).sort((a, b) => a - b)
  return [means[Math.round(0.025 * RESAMPLES)], means[Math.round(0.975 * RESAMPLES)]]
}

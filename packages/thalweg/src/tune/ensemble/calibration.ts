/**
 * Whether probabilities mean what they say, and what mends them: expected calibration error and temperature scaling (Guo,
 * Pleiss, Sun, Weinberger: "On Calibration of Modern Neural Networks", ICML 2017). All sums are float64 on the host.
 */
import { ThalwegError } from '../../base/index.ts'
import { largest } from '../../train/metrics.ts'
import { checkNames } from '../checks.ts'

/** Of the examples whose highest probability lies in `(low, high]`. */
export interface CalibrationBin {
  readonly low: number
  readonly high: number
  readonly examples: number
  /** Mean of their highest probabilities; NaN where there are none. */
  readonly confidence: number
  /** Share of them that were right; NaN where there are none. */
  readonly accuracy: number
}

export interface CalibrationError {
  /** `sum over bins of examples / all * |accuracy - confidence|`: 0 is perfect. */
  readonly error: number
  readonly bins: readonly CalibrationBin[]
}

export interface CalibrationOptions {
  /** Of equal width over (0, 1]. The figure depends on it: compare only what was binned alike. Default 15, as in the paper. */
  readonly bins?: number
}

/**
 * Expected calibration error (their equation 3) of `probabilities`, `[examples, classes]` row-major.
 *
 * @throws ThalwegError `tune/bad-option`, `tune/uneven-calibration`
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): CalibrationError {
  const { bins = 15 } = options
  checkNames('calibrationError', options, { bins })
  if (!Number.isSafeInteger(bins) || bins < 1) throw badBins(bins)
  const classes = classesOf(probabilities, labels)
  const [counts, confidences, hits] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)]
  for (let i = 0; i < labels.length; i++) {
    const label = largest(probabilities, i * classes, classes)
    const confidence = probabilities[i * classes + label]
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))
    counts[bin]++
    confidences[bin] += confidence
    if (label === labels[i]) hits[bin]++
  }
  const all = Array.from(counts, (examples, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    examples,
    confidence: confidences[bin] / examples,
    accuracy: hits[bin] / examples,
  }))
  // Where a bin is empty both sums are 0.
  const gaps = hits.map((right, bin) => Math.abs(right - confidences[bin]))
  const error = gaps.reduce((sum, gap) => sum + gap, 0) / labels.length
  return { error, bins: all }
}

/**
 * Mean negative log-likelihood of `labels` under `softmax(logits / temperature)`; `logits` is `[examples, classes]`.
 *
 * @throws ThalwegError `tune/uneven-calibration`
 */
export function negativeLogLikelihood(logits: ArrayLike<number>, labels: ArrayLike<number>, temperature = 1): number {
  const classes = classesOf(logits, labels)
  let sum = 0
  for (let i = 0; i < labels.length; i++) {
    const { logSum } = momentsOf(logits, i * classes, classes, 1 / temperature)
    sum += logSum - logits[i * classes + labels[i]] / temperature
  }
  return sum / labels.length
}

const COLDEST = 0.01
const HOTTEST = 100

/**
 * The temperature with the least negative log-likelihood, between 0.01 and 100; 1, which changes nothing, where there is none:
 * where all labels are right a lower temperature is always likelier, and where they are no better than chance a higher one.
 * So few or so easy examples say nothing about how sure to be of others. In `1 / temperature` that is convex, with
 * the derivative `mean(E_p[logit] - logit of the label)`: its zero is found by halving the range of its logarithm.
 *
 * @throws ThalwegError `tune/uneven-calibration`
 */
export function fitTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = classesOf(logits, labels)
  function slope(inverse: number): number {
    let sum = 0
    for (let i = 0; i < labels.length; i++) {
      const { mean } = momentsOf(logits, i * classes, classes, inverse)
      sum += mean - logits[i * classes + labels[i]]
    }
    return sum
  }
  let [low, high] = [Math.log(1 / HOTTEST), Math.log(1 / COLDEST)]
  if (slope(Math.exp(low)) >= 0 || slope(Math.exp(high)) <= 0) return 1
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (slope(Math.exp(middle)) < 0) low = middle
    else high = middle
  }
  return Math.exp(-(low + high) / 2)
}

/** `softmax(logits / temperature)`, row by row. */
export function softmaxOf(logits: ArrayLike<number>, classes: number, temperature: number): Float32Array {
  const probabilities = new Float32Array(logits.length)
  for (let start = 0; start < logits.length; start += classes) {
    const { logSum } = momentsOf(logits, start, classes, 1 / temperature)
    for (let k = start; k < start + classes; k++) probabilities[k] = Math.exp(logits[k] / temperature - logSum)
  }
  return probabilities
}

/** Of one row: log of the sum of `exp(inverse * logit)`, and the mean logit under the softmax of `inverse * logits`. */
function momentsOf(
  logits: ArrayLike<number>,
  start: number,
  classes: number,
  inverse: number,
): { logSum: number; mean: number } {
  let highest = Number.NEGATIVE_INFINITY
  for (let k = start; k < start + classes; k++) highest = Math.max(highest, logits[k])
  let [sum, weighted] = [0, 0]
  for (let k = start; k < start + classes; k++) {
    const weight = Math.exp(inverse * (logits[k] - highest))
    sum += weight
    // A probability of zero weighs nothing, even on a logit of minus infinity.
    if (weight > 0) weighted += weight * logits[k]
  }
  return { logSum: inverse * highest + Math.log(sum), mean: weighted / sum }
}

function classesOf(values: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = values.length / labels.length
  if (labels.length > 0 && Number.isInteger(classes) && classes > 0) return classes
  throw new ThalwegError('tune/uneven-calibration', {
    rule: 'calibration: there must be a row of values for each label, and at least one',
    received: `${values.length} values, ${labels.length} labels`,
    try: 'give the predictions and the labels of the same examples',
  })
}

function badBins(bins: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: 'calibrationError: bins must be an integer of at least 1',
    received: String(bins),
    try: 'give bins: 15',
  })
}

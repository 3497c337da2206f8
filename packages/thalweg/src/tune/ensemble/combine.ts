/**
 * One prediction from several of the same examples. Sums are float64.
 *
 * - `probabilities`: their mean. The combination is never less likely, in the mean of the logarithm, than its members.
 * - `logits`: their mean before the softmax, which is the geometric mean of the probabilities.
 * - `vote`: the class that most members name; of equals the one with the higher mean probability. The probabilities are
 *   shares of the votes then: a class that nobody names has none, and an infinite loss.
 * - `mean`: of predicted numbers.
 */
import { ThalwegError } from '../../base/index.ts'
import type { ClassPrediction, NumberPrediction, Prediction } from '../../train/index.ts'
import { largest } from '../../train/metrics.ts'
import { softmaxOf } from './calibration.ts'

export type Combine = 'probabilities' | 'logits' | 'vote' | 'mean'

/** Default: `probabilities` for classes, `mean` for numbers. */
export function combined(
  predictions: readonly Prediction[],
  combine: Combine | undefined,
  temperature: number,
): Prediction {
  const [first] = predictions
  if (first.kind === 'number') {
    if (combine !== undefined && combine !== 'mean') throw wrongCombine(combine, 'numbers', 'mean')
    return meanOf(first, predictions.map(asNumbers))
  }
  if (combine === 'mean') throw wrongCombine(combine, 'classes', 'probabilities')
  return classOf(first, predictions.map(asClasses), combine ?? 'probabilities', temperature)
}

function meanOf(first: NumberPrediction, all: readonly NumberPrediction[]): NumberPrediction {
  const numbers = Float32Array.from(average(all.map((one) => one.numbers)))
  return { kind: 'number', names: first.names, numbers }
}

function classOf(
  { classes }: ClassPrediction,
  all: readonly ClassPrediction[],
  combine: Exclude<Combine, 'mean'>,
  temperature: number,
): ClassPrediction {
  const width = classes.length
  const examples = all[0].labels.length
  const shares = average(all.map(({ probabilities }) => probabilities))
  const scores =
    combine === 'vote' ? votesOf(all, width) : combine === 'logits' ? average(all.map((one) => one.logits)) : shares
  const labels = Int32Array.from({ length: examples }, (_, i) => {
    const label = largest(scores, i * width, width)
    return combine === 'vote' ? tieBroken(scores, shares, i * width, width, label) : label
  })
  const logits = Float32Array.from(scores, (score) => (combine === 'logits' ? score : Math.log(score)))
  const labelNames = Array.from(labels, (label) => classes[label])
  return {
    kind: 'class',
    classes,
    labels,
    labelNames,
    probabilities: softmaxOf(logits, width, temperature),
    logits,
  }
}

/** Shares of the votes, `[examples, classes]`. */
function votesOf(all: readonly ClassPrediction[], width: number): Float64Array {
  const votes = new Float64Array(all[0].labels.length * width)
  for (const { labels } of all) for (const [i, label] of labels.entries()) votes[i * width + label] += 1 / all.length
  return votes
}

function tieBroken(votes: Float64Array, shares: Float64Array, start: number, width: number, first: number): number {
  let best = first
  for (let k = first + 1; k < width; k++) {
    const isEven = Math.abs(votes[start + k] - votes[start + best]) < 1e-9
    if (isEven && shares[start + k] > shares[start + best]) best = k
  }
  return best
}

function average(all: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(all[0].length)
  for (const one of all) for (let i = 0; i < sum.length; i++) sum[i] += one[i] / all.length
  return sum
}

function asNumbers(prediction: Prediction): NumberPrediction {
  if (prediction.kind === 'number') return prediction
  throw unlike('one predicts classes, another one numbers')
}

function asClasses(prediction: Prediction): ClassPrediction {
  if (prediction.kind === 'class') return prediction
  throw unlike('one predicts classes, another one numbers')
}

export function unlike(received: string): ThalwegError {
  return new ThalwegError('tune/unlike-members', {
    rule: 'ensemble: its members must take the same inputs and predict the same target',
    received,
    try: 'train them on the same data, and give the same preprocessing to all',
  })
}

function wrongCombine(combine: Combine, what: string, instead: Combine): ThalwegError {
  return new ThalwegError('tune/wrong-combine', {
    rule: 'ensemble: combine must suit the target',
    received: `${combine}, and a target of ${what}`,
    try: `give combine: '${instead}', or leave it out`,
  })
}

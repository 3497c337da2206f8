/** What an ensemble gains over its members, and how far that depends on who they are. */
import { type Dataset, eachChunk } from '../../data/index.ts'
import type { Metrics, Prediction } from '../../train/index.ts'
import { metricsSum, scoreText } from '../../train/metrics.ts'
import { calibrationError, negativeLogLikelihood } from './calibration.ts'
import { type Combine, combined, unlike } from './combine.ts'
import type { Member } from './member.ts'

export interface Spread {
  readonly mean: number
  /** Standard deviation over the members; NaN for a single one. */
  readonly deviation: number
  readonly worst: number
  readonly best: number
}

export interface Calibration {
  /** Expected calibration error over 15 bins of equal width, and mean negative log-likelihood. */
  readonly error: number
  readonly loss: number
}

export interface EnsembleReport {
  readonly examples: number
  /** What `single` and `gain` are about: accuracy for classes, R2 for numbers. */
  readonly score: 'accuracy' | 'r2'
  readonly members: readonly Metrics[]
  readonly ensemble: Metrics
  readonly single: Spread
  /** The ensemble's score less the mean of its members'. */
  readonly gain: number
  /**
   * Standard error of the gain for other seeds: a jackknife over the members (Efron 1979), that is from the gains of the
   * ensembles that lack one of them. NaN for fewer than three.
   */
  readonly gainError: number
  /** For classes: of the mean member, and of the ensemble as it is. */
  readonly calibration?: { readonly single: Calibration; readonly ensemble: Calibration } | undefined
  /** A few lines of text. */
  toString(): string
}

/** What members say about a dataset, and what is true. */
export interface Answers {
  readonly predictions: readonly Prediction[]
  readonly truth: Float32Array | Int32Array
  readonly dataset: Dataset
}

/** Asks every member about every example, once. */
export function askAll(members: readonly Member[], dataset: Dataset): Answers {
  const width = dataset.target.kind === 'class' ? 1 : dataset.target.names.length
  const inputWidth = dataset.inputShape.reduce((product, size) => product * size, 1)
  for (const { inputShape } of members)
    if (inputShape.join() !== dataset.inputShape.join()) {
      throw unlike(`inputs [${inputShape}], and a dataset of [${dataset.inputShape}]`)
    }
  const inputs = new Float32Array(dataset.size * inputWidth)
  const truth = dataset.target.kind === 'class' ? new Int32Array(dataset.size) : new Float32Array(dataset.size * width)
  eachChunk(dataset, (some, targets, start) => {
    inputs.set(some, start * inputWidth)
    truth.set(targets, start * width)
  })
  return { predictions: members.map((member) => member.predict(inputs)), truth, dataset }
}

/** Loss and accuracy, or mean squared error and R2. */
export function metricsOf(prediction: Prediction, { truth, dataset }: Answers, temperature = 1): Metrics {
  const sum = metricsSum(dataset.target)
  if (prediction.kind === 'number') {
    const { numbers } = prediction
    const squares = numbers.reduce((total, value, i) => total + (value - truth[i]) ** 2, 0)
    sum.add(dataset.size, squares / numbers.length, numbers, truth)
    return sum.result()
  }
  const loss = negativeLogLikelihood(prediction.logits, truth, temperature)
  // The label counts, not the highest probability: a vote may be even.
  const right = prediction.labels.filter((label, i) => label === truth[i]).length
  return { task: 'class', examples: dataset.size, loss, accuracy: right / dataset.size }
}

export function reportOn(answers: Answers, combine: Combine | undefined, temperature: number): EnsembleReport {
  const { predictions, dataset, truth } = answers
  const together = combined(predictions, combine, temperature)
  const members = predictions.map((prediction) => metricsOf(prediction, answers))
  const ensemble = metricsOf(together, answers, temperature)
  const scores = members.map(scoreOf)
  const single = spreadOf(scores)
  const report = {
    examples: dataset.size,
    score: ensemble.task === 'class' ? ('accuracy' as const) : ('r2' as const),
    members,
    ensemble,
    single,
    gain: scoreOf(ensemble) - single.mean,
    gainError: jackknife(answers, scores, combine, temperature),
    ...(together.kind === 'class' && {
      calibration: {
        single: {
          error: mean(
            predictions.map((one) =>
              one.kind === 'class' ? calibrationError(one.probabilities, truth).error : Number.NaN,
            ),
          ),
          loss: mean(members.map(({ loss }) => loss)),
        },
        ensemble: { error: calibrationError(together.probabilities, truth).error, loss: ensemble.loss },
      },
    }),
  }
  return { ...report, toString: () => textOf(report) }
}

function textOf({
  examples,
  members,
  ensemble,
  single,
  gain,
  gainError,
  calibration,
}: Omit<EnsembleReport, 'toString'>): string {
  const range = `${scoreText(single.mean)} alone (${scoreText(single.worst)} to ${scoreText(single.best)})`
  const lines = [
    `${ensemble.task === 'class' ? 'accuracy' : 'R2'} ${scoreText(scoreOf(ensemble))} of ${members.length} together, ${range}, on ${examples} examples`,
    `gain ${scoreText(gain)}${Number.isNaN(gainError) ? '' : `, standard error ${scoreText(gainError)}`}`,
    `loss ${ensemble.loss.toPrecision(4)} together, ${mean(members.map(({ loss }) => loss)).toPrecision(4)} alone`,
  ]
  if (calibration) {
    const { single: alone, ensemble: together } = calibration
    lines.push(`calibration error ${together.error.toFixed(4)} together, ${alone.error.toFixed(4)} alone`)
  }
  return lines.join('\n')
}

function jackknife(
  answers: Answers,
  scores: readonly number[],
  combine: Combine | undefined,
  temperature: number,
): number {
  const { predictions } = answers
  const count = predictions.length
  if (count < 3) return Number.NaN
  const gains = predictions.map((_, without) => {
    const rest = combined(
      predictions.filter((_, index) => index !== without),
      combine,
      temperature,
    )
    return scoreOf(metricsOf(rest, answers, temperature)) - mean(scores.filter((_, index) => index !== without))
  })
  const middle = mean(gains)
  return Math.sqrt(((count - 1) / count) * gains.reduce((sum, gain) => sum + (gain - middle) ** 2, 0))
}

function scoreOf(metrics: Metrics): number {
  return metrics.task === 'class' ? metrics.accuracy : metrics.r2
}

function spreadOf(values: readonly number[]): Spread {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return {
    mean: middle,
    deviation: Math.sqrt(squares / (values.length - 1)),
    worst: Math.min(...values),
    best: Math.max(...values),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How good predictions are: mean loss, with accuracy for classes or R2 for numbers, summed up in float64 on the host. */
import type { Target } from '../data/index.ts'

export type Metrics = ClassMetrics | NumberMetrics

export interface ClassMetrics {
  readonly task: 'class'
  readonly examples: number
  /** Mean over the examples. */
  readonly loss: number
  /** Share of the examples whose largest logit is the right one. */
  readonly accuracy: number
}

export interface NumberMetrics {
  readonly task: 'number'
  readonly examples: number
  readonly loss: number
  /**
   * Coefficient of determination, `1 - sum((y - prediction)^2) / sum((y - mean(y))^2)`, averaged over the predicted
   * columns. A column that never changes scores 1 when it is predicted exactly and 0 otherwise. Of a single example, which has
   * nothing to be compared with, NaN.
   */
  readonly r2: number
}

/** What one batch adds. `loss` is the mean over its `examples`. */
export interface MetricsSum {
  add(examples: number, loss: number, predictions: ArrayLike<number>, targets: ArrayLike<number>): void
  result(): Metrics
}

/** Sums for the target of a dataset; `predictions` are logits `[examples, classes]` or numbers `[examples, names]`. */
export function metricsSum(target: Target): MetricsSum {
  return target.kind === 'class' ? classSum(target.classes.length) : numberSum(target.names.length)
}

function classSum(classes: number): MetricsSum {
  let total = 0
  let lossSum = 0
  let correct = 0
  return {
    add(examples, loss, logits, labels) {
      total += examples
      lossSum += loss * examples
      for (let i = 0; i < examples; i++) if (largest(logits, i * classes, classes) === labels[i]) correct++
    },
    result: () => ({ task: 'class', examples: total, loss: lossSum / total, accuracy: correct / total }),
  }
}

/** Position of the first largest of `count` values from `start` on; a NaN counts as largest, so it is never right by luck. */
export function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) {
    const value = values[start + i]
    if (value > values[start + best] || (Number.isNaN(value) && !Number.isNaN(values[start + best]))) best = i
  }
  return best
}

/** Means and squared deviations are updated one example at a time (Welford 1962), so that no large sums cancel. */
function numberSum(width: number): MetricsSum {
  let total = 0
  let lossSum = 0
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  const residual = new Float64Array(width)
  return {
    add(examples, loss, predictions, targets) {
      lossSum += loss * examples
      for (let i = 0; i < examples; i++) {
        total++
        for (let k = 0; k < width; k++) {
          const y = targets[i * width + k]
          const step = y - mean[k]
          mean[k] += step / total
          deviation[k] += step * (y - mean[k])
          residual[k] += (y - predictions[i * width + k]) ** 2
        }
      }
    },
    result() {
      let r2 = total < 2 ? Number.NaN : 0
      for (let k = 0; k < width; k++) r2 += scoreOf(residual[k], deviation[k]) / width
      return { task: 'number', examples: total, loss: lossSum / total, r2 }
    },
  }
}

/** Accuracy or R2 as it reads: four digits, and `n/a` where there is none. */
export function scoreText(value: number): string {
  return Number.isNaN(value) ? 'n/a' : value.toFixed(4)
}

function scoreOf(residual: number, deviation: number): number {
  if (deviation > 0) return 1 - residual / deviation
  return residual === 0 ? 1 : 0
}

/**
 * How much of the targets the inputs tell, judged without any training: a kernel regression foretells each of some hundred
 * examples from the others. The kernel is that of a layer of infinitely many rectified units (Cho and Saul, Kernel methods for deep
 * learning, NIPS 2009, equation 3 for n = 1), so it sees about what a network could. What it foretells can be known; that it foretells
 * little proves nothing where there are few examples for many features.
 */
import { random, sizeOf } from '../base/index.ts'
import type { Dataset } from '../data/index.ts'
import type { Loss } from '../nn/index.ts'
import { batchSlots } from '../train/batch.ts'
import { huberCost } from './blind-loss.ts'
import type { DataFacts } from './data-facts.ts'
import { columnOf } from './sample.ts'

export interface Knowable {
  /** Examples that were looked at. */
  readonly examples: number
  /**
   * The share that is surely known, two standard deviations below what was found: of the loss of the best constant answer, or of the
   * mistakes of always naming the commonest class, whichever is more.
   */
  readonly share: number
}

/** One of what is foretold, or an indicator of a class, for every example. */
type Columns = readonly Float64Array[]

/** Fewer tell too little. */
const LEAST = 64
const MOST = 320
/** Multiplications that all products of examples together may take: some hundredths of a second. */
const WORK = 5e7
/** Ridges that are tried, of the mean of the kernel's diagonal: for targets without noise, with some, and with mostly noise. */
const RIDGES = [0.003, 0.1, 3]
const DEVIATIONS = 2

/** Undefined where there are too few examples, or values that are no finite numbers. */
export function knowableOf(
  train: Dataset,
  { features }: Pick<DataFacts, 'features'>,
  loss: Loss,
): Knowable | undefined {
  const width = sizeOf(train.inputShape)
  const examples = Math.min(MOST, train.size, Math.floor(Math.sqrt(WORK / width)))
  if (examples < LEAST) return undefined
  const rows = random(0, 'diagnose/knowable').permutation(train.size).slice(0, examples)
  const { inputs, targets } = batchSlots(train, examples).fill(rows)
  if (!(inputs.every(Number.isFinite) && targets.every(Number.isFinite))) return undefined
  const { target } = train
  const columns =
    target.kind === 'class'
      ? target.classes.map((_, label) => Float64Array.from(targets, (each) => Number(each === label)))
      : target.names.map((_, column) => columnOf(targets, column, target.names.length))
  const centred = columns.map((column) => column.map((value) => value - meanOf(column)))
  const kernel = kernelOf(standardized(inputs, features ? width : 1), width)
  const tried = RIDGES.map((ridge) => residualsOf(kernel, centred, ridge * meanDiagonal(kernel, examples)))
  const shares = tried.map((residuals) => ofCost(residuals, centred, costOf(loss)))
  if (target.kind === 'class') shares.push(...tried.map((residuals) => ofMistakes(residuals, columns)))
  return { examples, share: Math.max(...shares) }
}

/** Of what the best constant answers cost. */
function ofCost(residuals: Columns, centred: Columns, cost: (error: number) => number): number {
  const costs = (columns: Columns) => sumOf(columns.map((column) => sumOf(column.map(cost))))
  const constant = costs(centred)
  const share = constant > 0 ? 1 - costs(residuals) / constant : 0
  // Of a share of a variance (Olkin and Finn, Correlations redux, 1995).
  return share - DEVIATIONS * Math.sqrt(Math.max(0, 4 * share * (1 - share) ** 2) / centred[0].length)
}

/** Of the examples that are not of the commonest class; negative where fewer are right than by naming that one. */
function ofMistakes(residuals: Columns, indicators: Columns): number {
  const count = indicators[0].length
  const commonest = Math.max(...indicators.map(meanOf))
  const accuracy = accuracyOf(indicators, residuals)
  const sure = accuracy - DEVIATIONS * Math.sqrt((accuracy * (1 - accuracy)) / count)
  return commonest < 1 ? (sure - commonest) / (1 - commonest) : 0
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum
}

function meanOf(values: ArrayLike<number>): number {
  return sumOf(values) / values.length
}

/** Every feature to mean 0 and deviation 1; images and the like, whose values are of one kind, all by the same numbers. */
function standardized(inputs: Float32Array, columns: number): Float64Array {
  const result = Float64Array.from(inputs)
  for (let column = 0; column < columns; column++) {
    const own = columnOf(inputs, column, columns)
    const mean = meanOf(own)
    const deviation = Math.sqrt(meanOf(own.map((value) => (value - mean) ** 2)))
    for (let i = column; i < result.length; i += columns) result[i] = deviation > 0 ? (result[i] - mean) / deviation : 0
  }
  return result
}

/** What the outputs of all rectified units of two examples have in common, up to a factor; each example has a bias of 1 beside it. */
function kernelOf(inputs: Float64Array, width: number): Float64Array {
  const count = inputs.length / width
  const kernel = new Float64Array(count * count)
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0
      for (let k = 0; k < width; k++) product += inputs[a * width + k] * inputs[b * width + k]
      kernel[a * count + b] = product / width + 1
    }
  }
  const sizes = Float64Array.from({ length: count }, (_, a) => Math.sqrt(kernel[a * count + a]))
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      const cosine = Math.min(1, Math.max(-1, kernel[a * count + b] / (sizes[a] * sizes[b])))
      const angle = Math.acos(cosine)
      const common = (sizes[a] * sizes[b] * (Math.sin(angle) + (Math.PI - angle) * cosine)) / Math.PI
      kernel[a * count + b] = common
      kernel[b * count + a] = common
    }
  }
  return kernel
}

function meanDiagonal(kernel: Float64Array, count: number): number {
  return meanOf(Float64Array.from({ length: count }, (_, a) => kernel[a * count + a]))
}

/**
 * What is left of each example's targets where all others foretell it. It needs no fit for each: with `A` the kernel plus the ridge, it
 * is `(inverse(A) y)_i / inverse(A)_ii` (Rasmussen and Williams, Gaussian processes for machine learning, 2006, equation 5.12).
 */
function residualsOf(kernel: Float64Array, targets: Columns, ridge: number): Float64Array[] {
  const count = targets[0].length
  const inverse = inverseOf(kernel, count, ridge)
  return targets.map((column) =>
    column.map((_, i) => {
      let sum = 0
      for (let j = 0; j < count; j++) sum += inverse[i * count + j] * column[j]
      return sum / inverse[i * count + i]
    }),
  )
}

/** Of a symmetric matrix `[count, count]` with `ridge` more on its diagonal, by the factor of Cholesky: `A = L L'`. */
function inverseOf(matrix: Float64Array, count: number, ridge: number): Float64Array {
  const factor = matrix.slice()
  for (let column = 0; column < count; column++) {
    for (let row = column; row < count; row++) {
      let sum = matrix[row * count + column] + (row === column ? ridge : 0)
      for (let k = 0; k < column; k++) sum -= factor[row * count + k] * factor[column * count + k]
      factor[row * count + column] = row === column ? Math.sqrt(sum) : sum / factor[column * count + column]
    }
  }
  // Transposed, so that what is summed up lies side by side: row `c` is column `c` of the factor's inverse.
  const half = new Float64Array(count * count)
  for (let column = 0; column < count; column++) {
    half[column * count + column] = 1 / factor[column * count + column]
    for (let row = column + 1; row < count; row++) {
      let sum = 0
      for (let k = column; k < row; k++) sum -= factor[row * count + k] * half[column * count + k]
      half[column * count + row] = sum / factor[row * count + row]
    }
  }
  const inverse = new Float64Array(count * count)
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (let k = a; k < count; k++) sum += half[a * count + k] * half[b * count + k]
      inverse[a * count + b] = sum
      inverse[b * count + a] = sum
    }
  }
  return inverse
}

/** What an error costs, so that shares can be compared with those of the run's own loss. */
function costOf({ name, options }: Loss): (error: number) => number {
  if (name === 'meanAbsoluteError') return Math.abs
  if (name === 'huber') return (error) => huberCost(error, options.delta)
  return (error) => error ** 2
}

/** Share of the examples whose own class was foretold as the likeliest. */
function accuracyOf(indicators: Columns, residuals: Columns): number {
  const count = indicators[0].length
  let right = 0
  for (let i = 0; i < count; i++) {
    const foretold = indicators.map((column, label) => column[i] - residuals[label][i])
    const likeliest = foretold.indexOf(Math.max(...foretold))
    right += indicators[likeliest][i]
  }
  return right / count
}

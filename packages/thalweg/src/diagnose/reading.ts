/**
 * A reading of the instruments: what a step's numbers are like, layer by layer, as few numbers. They are worked out inside
 * a second plan of the same step, so that only these leave it.
 */
import { sizeOf, type TypedArray } from '../base/index.ts'
import { cast, equal, max, mean, slice, square, sub, type Tensor } from '../tensor/index.ts'
import type { ObserveStep, SeenCall, SeenParameter } from '../train/index.ts'
import { AROUND } from '../train/model-surgery.ts'
import { layerOf } from './anatomy.ts'
import { saturation } from './saturation.ts'

export interface LayerReading {
  readonly path: string
  readonly kind: string
  /** How many examples of the batch were read: all, but for layers of so many activations that fewer say the same. */
  readonly examples: number
  /** Of all activations of these examples. */
  readonly mean: number
  readonly deviation: number
  /** Share of activations that are exactly 0. */
  readonly zeros: number
  /** Share of activations near an end of their range; undefined for kinds without ends. */
  readonly saturated: number | undefined
  /**
   * Root mean square of the gradient of each example's own loss with respect to the layer's output. NaN in front of the
   * first parameter, where no gradient goes.
   */
  readonly gradient: number
  /** For rectifiers, per unit (last axis): its largest activation over the examples; for batch norms, the deviation. */
  readonly units: Float32Array | undefined
}

export interface ParameterReading {
  readonly path: string
  readonly layer: string
  readonly isWeight: boolean
  readonly size: number
  /** Root mean squares: of the values, of what the update adds. */
  readonly values: number
  readonly update: number
}

export interface Reading {
  /** Updates made before it. */
  readonly step: number
  readonly epoch: number
  readonly examples: number
  readonly learningRate: number
  readonly layers: readonly LayerReading[]
  readonly parameters: readonly ParameterReading[]
}

/** How a layer or parameter is read: outputs of the plan, and what is made of their values. */
interface Instrument<Result> {
  readonly outputs: readonly Tensor[]
  readonly read: (values: readonly TypedArray[]) => Result
}

/** Which numbers leave the plan, and how they are read. The plan records first, so `read` comes after `observe` ran. */
export interface Instruments {
  readonly observe: ObserveStep
  read(values: readonly TypedArray[]): Pick<Reading, 'layers' | 'parameters'>
}

/** @param weights paths of the parameters that have the form of weights */
export function createInstruments(weights: ReadonlySet<string>): Instruments {
  let layers: readonly Instrument<LayerReading>[] = []
  let parameters: readonly Instrument<ParameterReading>[] = []
  return {
    observe({ calls, parameters: seen }) {
      // What a mend put behind the model is no layer of the run's: its gradient is in another unit than all others.
      layers = calls.filter(({ layer }) => layer.kind !== AROUND.outputs).map(layerInstrument)
      parameters = seen.map((parameter) => parameterInstrument(parameter, weights.has(parameter.path)))
      return [...layers, ...parameters].flatMap(({ outputs }) => outputs)
    },
    read(values) {
      let at = 0
      const take = <Result>({ outputs, read }: Instrument<Result>): Result => {
        at += outputs.length
        return read(values.slice(at - outputs.length, at))
      }
      return { layers: layers.map(take), parameters: parameters.map(take) }
    },
  }
}

const RECTIFIERS: ReadonlySet<string> = new Set(['relu', 'relu6'])

/** So many activations of a layer tell mean and deviation to within some thousandths. */
const ENOUGH = 65_536
/** Examples that are read in any case: what units do is judged by a few dozen (ailments/dead-relu.ts). */
const FEWEST = 16

/** As many of the first examples as are enough. */
function sampled(values: Tensor): Tensor {
  const [batch] = values.shape
  const examples = Math.max(FEWEST, Math.ceil((ENOUGH * batch) / sizeOf(values.shape)))
  if (!(examples < batch)) return values
  return slice(
    values,
    values.shape.map(() => 0),
    [examples, ...values.shape.slice(1)],
  )
}

/**
 * Means, of units where units are judged and of all otherwise: one walk over the activations gives them. What leaves the
 * plan is some dozens of numbers.
 */
function layerInstrument({ path, layer: { kind }, output, gradient }: SeenCall): Instrument<LayerReading> {
  const seen = sampled(output)
  const isRectifier = RECTIFIERS.has(kind)
  const axes = seen.shape.map((_, axis) => axis).slice(0, isRectifier || kind === 'batchNorm' ? -1 : undefined)
  const share = (condition: Tensor): Tensor => mean(cast(condition, 'float32'), { axes })
  const saturated = saturation(kind)?.(seen)
  return {
    outputs: [
      mean(seen, { axes }),
      mean(square(seen), { axes }),
      share(equal(seen, 0)),
      ...(saturated ? [share(saturated)] : []),
      ...(gradient ? [mean(square(sampled(gradient)))] : []),
      ...(isRectifier ? [max(seen, { axes })] : []),
    ],
    read([means, squares, zeros, ...rest]) {
      let at = 0
      return {
        path,
        kind,
        examples: seen.shape[0],
        mean: average(means),
        deviation: deviationOf(average(means), average(squares)),
        zeros: average(zeros),
        saturated: saturated && average(rest[at++]),
        gradient: gradient ? Math.sqrt(rest[at++][0]) * output.shape[0] : Number.NaN,
        units: isRectifier
          ? new Float32Array(rest[at])
          : kind === 'batchNorm'
            ? deviationsOf(means, squares)
            : undefined,
      }
    },
  }
}

function deviationsOf(means: TypedArray, squares: TypedArray): Float32Array {
  const deviations = new Float32Array(means.length)
  for (let unit = 0; unit < means.length; unit++) deviations[unit] = deviationOf(means[unit], squares[unit])
  return deviations
}

/** In float32 the difference of two equal squares may fall below 0. */
function deviationOf(mean: number, squares: number): number {
  const variance = squares - mean * mean
  return variance < 0 ? 0 : Math.sqrt(variance)
}

function parameterInstrument({ path, value, next }: SeenParameter, isWeight: boolean): Instrument<ParameterReading> {
  const size = sizeOf(value.shape)
  return {
    outputs: [mean(square(value)), mean(square(sub(next, value)))],
    read([[values], [update]]) {
      return { path, layer: layerOf(path), isWeight, size, values: Math.sqrt(values), update: Math.sqrt(update) }
    },
  }
}

function average(values: TypedArray): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

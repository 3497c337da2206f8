/**
 * A reading of the instruments: what a step's numbers are like, layer by layer, as few numbers. They are worked out inside
 * a second plan of the same step, so that only these leave it.
 */
import { sizeOf, type TypedArray } from '../base/index.ts'
import { abs, cast, equal, max, mean, square, sub, type Tensor } from '../tensor/index.ts'
import type { ObserveStep, SeenCall, SeenParameter } from '../train/index.ts'
import { layerOf } from './anatomy.ts'
import { saturation } from './saturation.ts'

export interface LayerReading {
  readonly path: string
  readonly kind: string
  /** Of all activations of the batch. */
  readonly mean: number
  readonly deviation: number
  readonly largest: number
  /** Share of activations that are exactly 0. */
  readonly zeros: number
  /** Share of activations near an end of their range; undefined for kinds without ends. */
  readonly saturated: number | undefined
  /** Root mean square of the gradient of each example's own loss with respect to the layer's output. */
  readonly gradient: number
  /** For rectifiers, per unit (last axis): the largest size of its activation over the batch; for batch norms, the deviation. */
  readonly units: Float32Array | undefined
}

export interface ParameterReading {
  readonly path: string
  readonly layer: string
  readonly isWeight: boolean
  readonly size: number
  /** Root mean squares: of the values, of the gradient of the batch's mean loss, of what the update adds. */
  readonly values: number
  readonly gradient: number
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
      layers = calls.map(layerInstrument)
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

/** Only plain means and maxima leave the plan, so that one walk over the activations gives all of them. */
function layerInstrument({ path, layer: { kind }, output, gradient }: SeenCall): Instrument<LayerReading> {
  const saturated = saturation(kind)?.(output)
  const units = unitsOf(kind, output)
  return {
    outputs: [
      mean(output),
      mean(square(output)),
      max(abs(output)),
      shareOf(equal(output, 0)),
      mean(square(gradient)),
      ...(saturated ? [shareOf(saturated)] : []),
      ...(units ?? []),
    ],
    read([[average], [squares], [largest], [zeros], [slopes], ...rest]) {
      const ofUnits = rest.slice(saturated ? 1 : 0)
      return {
        path,
        kind,
        mean: average,
        deviation: deviationOf(average, squares),
        largest,
        zeros,
        saturated: saturated && rest[0][0],
        gradient: Math.sqrt(slopes) * output.shape[0],
        units: unitValues(ofUnits),
      }
    },
  }
}

/** Per unit: of rectifiers the largest activation, of batch norms mean and mean square. */
function unitsOf(kind: string, output: Tensor): readonly Tensor[] | undefined {
  const axes = output.shape.slice(0, -1).map((_, axis) => axis)
  if (RECTIFIERS.has(kind)) return [max(output, { axes })]
  return kind === 'batchNorm' ? [mean(output, { axes }), mean(square(output), { axes })] : undefined
}

function unitValues([first, squares]: readonly TypedArray[]): Float32Array | undefined {
  if (!first) return undefined
  return Float32Array.from(first, (value, unit) => (squares ? deviationOf(value, squares[unit]) : value))
}

/** In float32 the difference of two equal squares may fall below 0. */
function deviationOf(mean: number, squares: number): number {
  const variance = squares - mean * mean
  return variance < 0 ? 0 : Math.sqrt(variance)
}

function parameterInstrument(
  { path, value, gradient, next }: SeenParameter,
  isWeight: boolean,
): Instrument<ParameterReading> {
  const size = sizeOf(value.shape)
  return {
    outputs: [mean(square(value)), mean(square(gradient)), mean(square(sub(next, value)))],
    read([[values], [slopes], [update]]) {
      const [ofValues, ofSlopes, ofUpdate] = [Math.sqrt(values), Math.sqrt(slopes), Math.sqrt(update)]
      return { path, layer: layerOf(path), isWeight, size, values: ofValues, gradient: ofSlopes, update: ofUpdate }
    },
  }
}

function shareOf(condition: Tensor): Tensor {
  return mean(cast(condition, 'float32'))
}

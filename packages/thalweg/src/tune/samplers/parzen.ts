/**
 * Densities from a few observations, as the Tree-structured Parzen Estimator needs them (Bergstra, Bardenet, Bengio,
 * Kegl: "Algorithms for Hyper-Parameter Optimization", NIPS 2011, section 4.1): the prior and one normal around each
 * observation, all with the same weight, cut off at the ends of the range.
 */
import { erf } from '../../backend/reference/erf.ts'
import type { Random } from '../../base/index.ts'
import {
  type Dimension,
  fromSearchScale,
  fromUnit,
  type OptionsDomain,
  searchRange,
  toSearchScale,
} from '../dimensions.ts'
import type { NumberParameter } from '../space.ts'

export interface Parzen {
  /** A value of the dimension. */
  draw(random: Random): number
  /** Logarithm of its density on the scale of the search; of its probability where values are countable. */
  logDensity(value: number): number
}

export function parzen(dimension: Dimension, observed: readonly number[]): Parzen {
  const { domain } = dimension
  return domain.kind === 'options' ? optionsParzen(domain, observed) : numbersParzen(dimension, domain, observed)
}

/** Of N options, each once for the prior and once more for every time it was observed. */
function optionsParzen({ names }: OptionsDomain, observed: readonly number[]): Parzen {
  const weights = names.map((_, option) => 1 + observed.filter((value) => value === option).length)
  const total = names.length + observed.length
  return {
    draw(random) {
      let left = random.uniform() * total
      return Math.max(
        0,
        weights.findIndex((weight) => {
          left -= weight
          return left < 0
        }),
      )
    },
    logDensity: (option) => Math.log(weights[option] / total),
  }
}

interface Kernel {
  readonly mean: number
  readonly deviation: number
  /** Of the normal, the part inside the range. */
  readonly mass: number
}

function numbersParzen(dimension: Dimension, domain: NumberParameter, observed: readonly number[]): Parzen {
  const [low, high] = searchRange(domain)
  const kernels = kernelsOf(
    observed.map((value) => toSearchScale(domain, value)),
    low,
    high,
  )

  return {
    draw(random) {
      const chosen = random.integer(kernels.length + 1)
      if (chosen === kernels.length) return fromUnit(dimension, random.uniform())
      const { mean, deviation } = kernels[chosen]
      let at = mean + deviation * random.normal()
      // The middle of a kernel lies in the range, so at least about every third draw does too.
      while (at < low || at > high) at = mean + deviation * random.normal()
      return fromSearchScale(domain, at)
    },
    logDensity(value) {
      const density = domain.integer ? massAt(value) : densityAt(toSearchScale(domain, value))
      return Math.log(density / (kernels.length + 1))
    },
  }

  function densityAt(at: number): number {
    return kernels.reduce(
      (sum, { mean, deviation, mass }) => sum + normalDensity((at - mean) / deviation) / (deviation * mass),
      1 / (high - low),
    )
  }

  /** An integer stands for everything that is rounded to it. */
  function massAt(value: number): number {
    const from = toSearchScale(domain, value - 0.5)
    const to = toSearchScale(domain, value + 0.5)
    return kernels.reduce(
      (sum, { mean, deviation, mass }) => sum + normalMass(from, to, mean, deviation) / mass,
      (to - from) / (high - low),
    )
  }
}

/**
 * A normal around each observation, as wide as the way to the farther of its two neighbours; the ends of the range count
 * as neighbours. No wider than the range, and no narrower than a share of it that falls with the number of observations.
 */
function kernelsOf(observed: readonly number[], low: number, high: number): Kernel[] {
  const means = observed.toSorted((a, b) => a - b)
  const range = high - low
  const narrowest = range / Math.min(100, means.length + 2)
  return means.map((mean, index) => {
    const left = index > 0 ? means[index - 1] : low
    const right = index < means.length - 1 ? means[index + 1] : high
    const deviation = Math.min(range, Math.max(narrowest, mean - left, right - mean))
    return { mean, deviation, mass: normalMass(low, high, mean, deviation) }
  })
}

/** Of a standard normal. */
function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** P(low <= X <= high). The prior has weight everywhere, so digits that cancel in far tails are not missed. */
function normalMass(low: number, high: number, mean: number, deviation: number): number {
  const scale = Math.SQRT1_2 / deviation
  return (erf((high - mean) * scale) - erf((low - mean) * scale)) / 2
}

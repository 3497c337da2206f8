/** Axes as numbers: from values to pixels, which ticks an axis has and how they are written. */
import { scaleLinear, scaleLog } from 'd3-scale'

export interface AxisOptions {
  /** What is measured, with its unit. */
  readonly label: string
  /** Default `linear`. A logarithmic axis shows what is above 0. */
  readonly kind?: 'linear' | 'log'
  /** First and last value. Default: what the data needs, rounded outwards. */
  readonly domain?: readonly [number, number]
  /** Whether only whole numbers mean something: epochs, steps. Default false. */
  readonly isWhole?: boolean
  /** How a tick is written. Default `tickText`. */
  readonly format?: (value: number) => string
}

export interface Axis {
  readonly label: string
  readonly kind: 'linear' | 'log'
  readonly domain: readonly [number, number]
  /** Where a value stands, in pixels. */
  readonly at: (value: number) => number
  readonly ticks: readonly Tick[]
}

export interface Tick {
  readonly at: number
  readonly text: string
}

/** An axis over `values` from pixel `from` to pixel `to`, with about `count` ticks. */
export function createAxis(
  options: AxisOptions,
  values: Iterable<number>,
  [from, to]: readonly [number, number],
  count: number,
): Axis {
  const { label, kind = 'linear', isWhole = false, format = tickText } = options
  const extent = options.domain ?? extentOf(values, kind)
  const scale = (kind === 'log' ? scaleLog() : scaleLinear()).domain(extent).range([from, to])
  if (options.domain === undefined && kind === 'linear') scale.nice(count)
  const [low = 0, high = 1] = scale.domain()
  const at = (value: number): number => scale(value)
  const ticks = kind === 'log' ? logTicks(low, high, count) : scale.ticks(count)
  const chosen = isWhole ? ticks.filter(Number.isInteger) : ticks
  return {
    label,
    kind,
    domain: [low, high],
    at,
    ticks: chosen.map((value) => ({ at: at(value), text: format(value) })),
  }
}

/** Whether the axis can show a value at all. */
export function fits(value: number, kind: Axis['kind']): boolean {
  return Number.isFinite(value) && (kind === 'linear' || value > 0)
}

function extentOf(values: Iterable<number>, kind: Axis['kind']): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!fits(value, kind)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return kind === 'log' ? [0.1, 10] : [0, 1]
  if (low < high) return [low, high]
  // A single value stands in the middle.
  if (kind === 'log') return [low / 10, high * 10]
  const room = Math.abs(low) / 2 || 1
  return [low - room, high + room]
}

/** Powers of ten, thinned out where there are many; with their halves and fifths where there are few. */
function logTicks(low: number, high: number, count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = Math.log10(high / low)
  const factors = decades * 3 <= count ? [1, 2, 5] : [1]
  const every = Math.max(1, Math.ceil(decades / count))
  const ticks: number[] = []
  for (let power = first; power <= last; power++) {
    if (power % every !== 0) continue
    // A quotient keeps 0.001 what it is written as; a product of 1e-1 would not.
    for (const factor of factors) ticks.push(power < 0 ? factor / 10 ** -power : factor * 10 ** power)
  }
  // The edges are what the data reached, so they may miss a tick by a rounding.
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** `0.05`, `12,000`, `10⁻⁵`, `2·10⁶`. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 0.001 && size < 1e6) return value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
  const [digits = '', power = ''] = value.toExponential(3).split('e')
  const raised = [...String(Number(power))].map((sign) => (sign === '-' ? '⁻' : SUPERSCRIPTS[Number(sign)])).join('')
  const factor = String(Number(digits))
  return factor === '1' ? `10${raised}` : factor === '-1' ? `-10${raised}` : `${factor}·10${raised}`
}

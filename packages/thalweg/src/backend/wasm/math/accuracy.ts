/**
 * How far the functions in this folder are from the exact ones, at most. The bounds hold for every float32:
 * `npm run ulp` goes through all 2^32 and writes what it finds to bench/ulp/record.json. Tests hold them on samples.
 */
import type { UnaryOp } from '../../../graph/index.ts'
import { erf } from '../../reference/erf.ts'

export interface Accuracy {
  readonly op: UnaryOp
  /** In units in the last place of the exact result: see `ulps`. */
  readonly bound: number
  /** The function in float64, which is as good as exact: its error is a 2^-28th of a unit here. */
  readonly exact: (x: number) => number
}

export const ACCURACY: readonly Accuracy[] = [
  { op: 'exp', bound: 1, exact: Math.exp },
  { op: 'expm1', bound: 1.6, exact: Math.expm1 },
  { op: 'log', bound: 0.9, exact: Math.log },
  { op: 'log1p', bound: 0.9, exact: Math.log1p },
  { op: 'sin', bound: 1.6, exact: Math.sin },
  { op: 'cos', bound: 1.6, exact: Math.cos },
  { op: 'tanh', bound: 1.4, exact: Math.tanh },
  { op: 'sigmoid', bound: 2, exact: sigmoid },
  { op: 'erf', bound: 1.4, exact: erf },
]

function sigmoid(x: number): number {
  const small = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}

const bits = new DataView(new ArrayBuffer(8))

/**
 * Distance in units in the last place of the exact value, as float32 spaces its numbers there: subnormal ones evenly, and
 * Infinity where 2^128 would be. A NaN that is not one in both is infinitely far.
 */
export function ulps(got: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(got)) return Number.isNaN(exact) && Number.isNaN(got) ? 0 : Infinity
  const finite = (value: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, value))
  bits.setFloat64(0, exact)
  const exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1023
  return Math.abs(finite(got) - finite(exact)) / 2 ** (Math.max(-126, Math.min(127, exponent)) - 23)
}

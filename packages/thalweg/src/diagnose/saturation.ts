/**
 * When an activation is saturated: so near an end of its range that its slope, and the gradient behind it, is as good as
 * nothing. Known for those that have ends.
 */

/** 3% of the range away from an end, where the slope of tanh has fallen to 6% of its largest and that of the sigmoid to 12%. */
const SATURATED: Readonly<Record<string, (value: number) => boolean>> = {
  tanh: centred,
  softsign: centred,
  hardTanh: centred,
  sigmoid: positive,
  hardSigmoid: positive,
  softmax: positive,
  relu6: (value) => value >= 6,
}

function centred(value: number): boolean {
  return Math.abs(value) > 0.97
}

function positive(value: number): boolean {
  return value < 0.03 || value > 0.97
}

/** Share of values that are saturated for an activation of this kind; undefined for kinds without ends. */
export function saturatedShare(kind: string, values: ArrayLike<number>): number | undefined {
  const isSaturated = Object.hasOwn(SATURATED, kind) ? SATURATED[kind] : undefined
  if (!isSaturated || values.length === 0) return undefined
  let count = 0
  for (let i = 0; i < values.length; i++) if (isSaturated(values[i])) count++
  return count / values.length
}

/** Share of units, that is places on the last axis, that give 0 for every example (and pixel). */
export function silentShare(values: ArrayLike<number>, units: number): number {
  const active = new Uint8Array(units)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) active[i % units] = 1
  return units > 0 ? active.filter((one) => one === 0).length / units : 0
}

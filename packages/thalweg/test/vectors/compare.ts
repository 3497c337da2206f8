/** Are these the expected numbers? Says where they are not. */
export interface Tolerance {
  readonly relative: number
  /** For expected values near 0. */
  readonly absolute: number
}

export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute }: Tolerance,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values where ${expected.length} are expected`)
  }
  for (let i = 0; i < expected.length; i++) {
    // Equal infinities and NaN have no difference to measure.
    if (Object.is(actual[i], expected[i])) continue
    const difference = Math.abs(actual[i] - expected[i])
    if (difference <= absolute + relative * Math.abs(expected[i])) continue
    const off = (difference / Math.abs(expected[i])).toExponential(1)
    throw new Error(`${what}[${i}]: ${actual[i]} where ${expected[i]} is expected (relative difference ${off})`)
  }
}

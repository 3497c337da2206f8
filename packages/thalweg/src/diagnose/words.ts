/** Numbers in the sentences of findings. */

/** Three significant figures: `0.0123`, `4.2e-9`, `12300`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** `73%`, `0.4%`. */
export function percent(share: number): string {
  const size = Math.abs(share)
  return `${(share * 100).toFixed(size > 0 && size < 0.02 ? 1 : 0)}%`
}

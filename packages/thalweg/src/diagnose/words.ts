/** Numbers in the sentences of findings. */

/** A measured number as findings write it, three significant figures: `0.0123`, `4.2e-9`, `12300`; what is beyond float64 is `more than 1e308`. */
export function short(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'more than 1e308' : 'less than -1e308'
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** `73%`, `0.4%`; `0%` below a twentieth of a percent. */
export function percent(share: number): string {
  const size = Math.abs(share)
  if (size < 0.0005) return '0%'
  return `${(share * 100).toFixed(size < 0.02 ? 1 : 0)}%`
}

/** Numbers in the sentences of findings. */

/** A measured number as findings write it, three significant figures: `0.0123`, `4.2e-9`, `12300`; what is beyond float64 is `more than 1e308`. */
export function short(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'more than 1e308' : 'less than -1e308'
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** A value of the data with as many figures as float32 keeps, so that it can be looked for: `999999`, `1e+30`. */
export function spelled(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** `73%`, `0.4%`, `99.5%`: next to none is not said to be none, nor next to all to be all. */
export function percent(share: number): string {
  const size = Math.abs(share)
  if (size < 0.0005) return share > 0 ? 'under 0.1%' : '0%'
  if (share >= 0.9995 && share < 1) return 'over 99.9%'
  if (!(size < 10)) return `${short(share * 100)}%`
  const isNearAnEnd = size < 0.02 || (size !== 1 && Math.abs(1 - size) < 0.02)
  return `${(share * 100).toFixed(isNearAnEnd ? 1 : 0)}%`
}

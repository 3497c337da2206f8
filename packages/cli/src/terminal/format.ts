/** Numbers and times as people read them. Measured ones as findings have them: both stand on one page. */
export { figure } from 'thalweg/diagnose'

/** `12,000`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `1 epoch`, `12 epochs`. */
export function plural(number: number, what: string): string {
  return `${count(number)} ${number === 1 ? what : `${what}s`}`
}

/** Four significant figures for losses: `0.04312`, `1.284`, `312.5`, `1.2e+9`. */
export function loss(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4)) return value.toExponential(1)
  const digits = Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9)))))
  return value.toFixed(digits)
}

/** `98.31%`, or `98%` with no digits. */
export function percent(share: number, digits = 2): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)}%` : '-'
}

/** R2: four digits, `-6.3e+55` where it has lost all measure, and `n/a` of a single example, which has none. */
export function r2(value: number): string {
  if (Number.isNaN(value)) return 'n/a'
  return Math.abs(value) < 1e4 ? value.toFixed(4) : value.toExponential(1)
}

/** `0.4 s`, `38.2 s`, `3 m 05 s`, `2 h 14 m`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`
}

/** `0:07`, `12:40`, `2:14:09`. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60) % 60
  const rest = `${String(whole % 60).padStart(2, '0')}`
  return whole < 3600 ? `${minutes}:${rest}` : `${Math.floor(whole / 3600)}:${String(minutes).padStart(2, '0')}:${rest}`
}

/** `26.4 MB`. */
export function bytes(value: number): string {
  return value < 1e6 ? `${(value / 1e3).toFixed(0)} kB` : `${(value / 1e6).toFixed(1)} MB`
}

/** The error function to float64 precision. */

/** Beyond this the series loses speed and 1 - erfc loses nothing: erfc(2.5) is 4e-4. */
const SERIES_UNTIL = 2.5
/** erf(6) differs from 1 by 2e-17, less than half a unit in the last place. */
const ONE_FROM = 6
const FRACTION_DEPTH = 60

/** `2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 3 5 ... (2n+1))`: Abramowitz and Stegun 7.1.6. No term cancels another. */
function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; sum + term !== sum; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** `exp(-x^2)/sqrt(pi) 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))`: Abramowitz and Stegun 7.1.14. */
function complement(x: number): number {
  let tail = x
  for (let n = FRACTION_DEPTH; n >= 1; n--) tail = x + n / 2 / tail
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail)
}

export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x
  const magnitude = Math.abs(x)
  if (magnitude >= ONE_FROM) return Math.sign(x)
  return Math.sign(x) * (magnitude < SERIES_UNTIL ? series(magnitude) : 1 - complement(magnitude))
}

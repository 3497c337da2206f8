/**
 * Eigenvalues and eigenvectors of a symmetric matrix in float64: Householder reduction to tridiagonal form, then the
 * implicit QL method (Martin, Reinsch, Wilkinson 1968 and Dubrulle 1970, as in EISPACK's TRED2 and IMTQL2; Golub and Van
 * Loan, "Matrix Computations", section 8.3). Every inner loop runs along rows. Only +, -, *, / and sqrt are used, so every
 * engine gives the same bits.
 */
import { internal } from '../../../base/index.ts'

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array
  /** `[size, size]`: row i is the unit eigenvector of value i; its largest entry in magnitude is positive. */
  readonly vectors: Float64Array
}

/** QL converges in about two rounds for each value; 60 has never been seen. */
const MOST_ROUNDS = 60

/** @param matrix `[size, size]`, symmetric; it is overwritten */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const diagonal = new Float64Array(size)
  const beside = new Float64Array(size)
  tridiagonalize(matrix, size, diagonal, beside)
  transpose(matrix, size)
  implicitQl(matrix, size, diagonal, beside)
  return sorted(matrix, size, diagonal)
}

/**
 * Leaves the orthogonal matrix Q of `A = Q T Q^T` in `a`, the diagonal of T in `diagonal`, and what stands beside it in
 * `beside[1..]`. The Householder vectors are kept in the rows below the diagonal until Q is built from them.
 */
function tridiagonalize(a: Float64Array, size: number, diagonal: Float64Array, beside: Float64Array): void {
  const product = new Float64Array(size)
  for (let i = size - 1; i > 0; i--) {
    const u = a.subarray(i * size, i * size + i)
    diagonal[i] = reflect(u, beside, i)
    if (diagonal[i] !== 0) reflectMatrix(a, size, u, diagonal[i], product)
  }
  diagonal[0] = 0
  for (let i = 0; i < size; i++) {
    const u = a.subarray(i * size, i * size + i)
    if (diagonal[i] !== 0) reflectBasis(a, size, u, diagonal[i], product)
    diagonal[i] = a[i * size + i]
    a[i * size + i] = 1
    for (let k = 0; k < i; k++) {
      a[i * size + k] = 0
      a[k * size + i] = 0
    }
  }
}

/**
 * Turns row `u` into the vector of the reflection that takes it to a multiple of its last axis, which goes to `beside[i]`.
 *
 * @returns h = |u|^2 / 2, or 0 where nothing is to be reflected
 */
function reflect(u: Float64Array, beside: Float64Array, i: number): number {
  let scale = 0
  for (let k = 0; k < i - 1; k++) scale += Math.abs(u[k])
  const last = u[i - 1]
  if (scale === 0) {
    beside[i] = last
    return 0
  }
  // Scaled, so that squares of tiny entries do not vanish.
  scale += Math.abs(last)
  let squares = 0
  for (let k = 0; k < i; k++) {
    u[k] /= scale
    squares += u[k] * u[k]
  }
  const length = u[i - 1] >= 0 ? -Math.sqrt(squares) : Math.sqrt(squares)
  beside[i] = scale * length
  const h = squares - u[i - 1] * length
  u[i - 1] -= length
  return h
}

/** A <- H A H with H = I - u u^T / h, on the lower triangle of the leading block. */
function reflectMatrix(a: Float64Array, size: number, u: Float64Array, h: number, q: Float64Array): void {
  const count = u.length
  q.fill(0, 0, count)
  for (let j = 0; j < count; j++) {
    const row = j * size
    const uj = u[j]
    let sum = a[row + j] * uj
    for (let k = 0; k < j; k++) {
      sum += a[row + k] * u[k]
      q[k] += a[row + k] * uj
    }
    q[j] += sum
  }
  let overlap = 0
  for (let j = 0; j < count; j++) {
    q[j] /= h
    overlap += q[j] * u[j]
  }
  for (let j = 0; j < count; j++) q[j] -= (overlap / (2 * h)) * u[j]
  for (let j = 0; j < count; j++) {
    const row = j * size
    const uj = u[j]
    const qj = q[j]
    for (let k = 0; k <= j; k++) a[row + k] -= uj * q[k] + qj * u[k]
  }
}

/** Q <- (I - u u^T / h) Q, on the leading block that is built so far. */
function reflectBasis(a: Float64Array, size: number, u: Float64Array, h: number, q: Float64Array): void {
  const count = u.length
  q.fill(0, 0, count)
  for (let k = 0; k < count; k++) {
    const row = k * size
    const uk = u[k]
    for (let j = 0; j < count; j++) q[j] += uk * a[row + j]
  }
  for (let k = 0; k < count; k++) {
    const row = k * size
    const share = u[k] / h
    for (let j = 0; j < count; j++) a[row + j] -= share * q[j]
  }
}

/** Diagonalizes the tridiagonal matrix; row i of `vectors` follows value i. */
function implicitQl(vectors: Float64Array, size: number, d: Float64Array, beside: Float64Array): void {
  const e = new Float64Array(size)
  e.set(beside.subarray(1))
  for (let l = 0; l < size; l++) {
    for (let round = 0; ; round++) {
      const m = firstSplit(d, e, l)
      if (m === l) break
      if (round === MOST_ROUNDS) throw internal('the symmetric eigensolver did not converge', `${size} values`)
      sweep(vectors, size, d, e, l, m)
    }
  }
}

/** The first place from `l` on beside which the matrix falls apart. */
function firstSplit(d: Float64Array, e: Float64Array, l: number): number {
  let m = l
  for (; m < d.length - 1; m++) {
    const around = Math.abs(d[m]) + Math.abs(d[m + 1])
    if (around + Math.abs(e[m]) === around) break
  }
  return m
}

/** One implicit QL step with Wilkinson's shift on rows l..m. */
function sweep(vectors: Float64Array, size: number, d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l])
  let r = length(g, 1)
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r))
  let sine = 1
  let cosine = 1
  let p = 0
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]
    const b = cosine * e[i]
    r = length(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1] -= p
      e[m] = 0
      return
    }
    sine = f / r
    cosine = g / r
    g = d[i + 1] - p
    r = (d[i] - g) * sine + 2 * cosine * b
    p = sine * r
    d[i + 1] = g + p
    g = cosine * r - b
    rotate(vectors, i * size, size, cosine, sine)
  }
  d[l] -= p
  e[l] = g
  e[m] = 0
}

/** Rotates the row at `start` with the one after it. */
function rotate(vectors: Float64Array, start: number, size: number, cosine: number, sine: number): void {
  const end = start + size
  for (let k = start; k < end; k++) {
    const upper = vectors[k]
    const lower = vectors[k + size]
    vectors[k + size] = sine * upper + cosine * lower
    vectors[k] = cosine * upper - sine * lower
  }
}

/** sqrt(a^2 + b^2) without overflow; Math.hypot may differ from engine to engine. */
function length(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)]
  if (x === 0 || y === 0) return x + y
  const ratio = x > y ? y / x : x / y
  return (x > y ? x : y) * Math.sqrt(1 + ratio * ratio)
}

function transpose(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      const held = a[i * size + k]
      a[i * size + k] = a[k * size + i]
      a[k * size + i] = held
    }
  }
}

function sorted(rows: Float64Array, size: number, d: Float64Array): Eigen {
  const order = Array.from(d, (_, i) => i).sort((i, k) => d[k] - d[i] || i - k)
  const values = Float64Array.from(order, (i) => d[i])
  const vectors = new Float64Array(size * size)
  order.forEach((from, i) => {
    const row = rows.subarray(from * size, (from + 1) * size)
    const sign = signOf(row)
    for (let k = 0; k < size; k++) vectors[i * size + k] = sign * row[k]
  })
  return { values, vectors }
}

/** 1 or -1, so that the first of the largest entries becomes positive. */
function signOf(row: Float64Array): number {
  let largest = 0
  for (const value of row) if (Math.abs(value) > Math.abs(largest)) largest = value
  return largest < 0 ? -1 : 1
}

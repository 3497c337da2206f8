/** Which of a graph's vertices can be reached from which, kept up to date while edges are added and vertices merged. */

/** As many sets as rows, of numbers below that, 32 to a word. */
class BitMatrix {
  readonly words: number
  readonly bits: Uint32Array

  constructor(rows: number) {
    this.words = (rows + 31) >>> 5
    this.bits = new Uint32Array(rows * this.words)
  }

  has(row: number, column: number): boolean {
    return (this.bits[row * this.words + (column >>> 5)] & (1 << (column & 31))) !== 0
  }

  add(row: number, column: number): void {
    this.bits[row * this.words + (column >>> 5)] |= 1 << (column & 31)
  }

  addAll(row: number, from: number): void {
    const { words, bits } = this
    for (let i = 0; i < words; i++) bits[row * words + i] |= bits[from * words + i]
  }

  remove(row: number, column: number): void {
    this.bits[row * this.words + (column >>> 5)] &= ~(1 << (column & 31))
  }

  members(row: number): number[] {
    const found: number[] = []
    for (let i = 0; i < this.words; i++)
      for (let word = this.bits[row * this.words + i]; word !== 0; word &= word - 1)
        found.push(i * 32 + 31 - Math.clz32(word & -word))
    return found
  }

  /** Whether row `a` of this and row `b` of `other` share a member besides `a` and `b`. */
  meets(a: number, other: BitMatrix, b: number): boolean {
    for (let i = 0; i < this.words; i++) {
      let word = this.bits[a * this.words + i] & other.bits[b * this.words + i]
      if (a >>> 5 === i) word &= ~(1 << (a & 31))
      if (b >>> 5 === i) word &= ~(1 << (b & 31))
      if (word !== 0) return true
    }
    return false
  }
}

export interface Reach {
  /** Whether a path leads from `a` to `b`. */
  leadsTo(a: number, b: number): boolean
  /** Adds an edge; false, and nothing is added, where it would close a circle. */
  connect(a: number, b: number): boolean
  /** Whether `a` and `b` as one vertex would close a circle: a path from one to the other through a third. */
  wouldCircle(a: number, b: number): boolean
  /** Makes `a` and `b` one vertex, known as `a`; `b` must not be asked for again. */
  merge(a: number, b: number): void
}

export function createReach(vertices: number): Reach {
  const after = new BitMatrix(vertices)
  const before = new BitMatrix(vertices)

  /** All of `from` and before it now lead to all of `to` and after it. */
  function join(from: number, to: number): void {
    const sources = [from, ...before.members(from)]
    const targets = [to, ...after.members(to)]
    for (const source of sources) {
      after.addAll(source, to)
      after.add(source, to)
    }
    for (const target of targets) {
      before.addAll(target, from)
      before.add(target, from)
    }
  }

  return {
    leadsTo: (a, b) => after.has(a, b),
    connect(a, b) {
      if (a === b || after.has(b, a)) return false
      if (!after.has(a, b)) join(a, b)
      return true
    },
    wouldCircle: (a, b) => after.meets(a, before, b) || after.meets(b, before, a),
    merge(a, b) {
      const others = (rows: BitMatrix): number[] => {
        rows.addAll(a, b)
        rows.remove(a, a)
        rows.remove(a, b)
        return rows.members(a)
      }
      const sources = others(before)
      const targets = others(after)
      // Whoever leads to one now leads to both, and on to whatever either leads to.
      for (const source of sources) {
        after.remove(source, b)
        after.addAll(source, a)
        after.add(source, a)
      }
      for (const target of targets) {
        before.remove(target, b)
        before.addAll(target, a)
        before.add(target, a)
      }
    },
  }
}

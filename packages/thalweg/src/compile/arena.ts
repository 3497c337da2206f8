/**
 * The arena: one block of memory in which values of different times share places. Largest first, each value takes the
 * smallest gap that fits among those that live while it does.
 */

/** Bytes to which every place is aligned: a cache line. */
export const ALIGNMENT = 64

export interface Lifetime {
  readonly bytes: number
  /** First and last kernel that uses it, both included. */
  readonly first: number
  readonly last: number
}

export interface Arena {
  /** One per lifetime, in the order in which they were given. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** The bytes alive at the busiest moment: no arena can be smaller. */
export function livenessBound(lifetimes: readonly Lifetime[]): number {
  const change = new Map<number, number>()
  for (const { bytes, first, last } of lifetimes) {
    change.set(first, (change.get(first) ?? 0) + aligned(bytes))
    change.set(last + 1, (change.get(last + 1) ?? 0) - aligned(bytes))
  }
  let alive = 0
  let most = 0
  for (const [, bytes] of [...change].sort(([a], [b]) => a - b)) {
    alive += bytes
    most = Math.max(most, alive)
  }
  return most
}

export function packArena(lifetimes: readonly Lifetime[]): Arena {
  const offsets = new Array<number>(lifetimes.length).fill(0)
  const order = lifetimes.map((_, index) => index).sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes || a - b)
  /** Those that have their place, by offset. */
  const placed: number[] = []
  let end = 0
  for (const index of order) {
    const { first, last, bytes } = lifetimes[index]
    const size = aligned(bytes)
    if (size === 0) continue
    let best = -1
    let bestGap = Infinity
    let free = 0
    for (const other of placed) {
      const neighbour = lifetimes[other]
      if (neighbour.last < first || neighbour.first > last) continue
      const gap = offsets[other] - free
      if (gap >= size && gap < bestGap) {
        best = free
        bestGap = gap
      }
      free = Math.max(free, offsets[other] + aligned(neighbour.bytes))
    }
    const offset = best < 0 ? free : best
    offsets[index] = offset
    end = Math.max(end, offset + size)
    insert(placed, index, offsets)
  }
  return { offsets, bytes: end }
}

/** Keeps `placed` sorted by offset. */
function insert(placed: number[], index: number, offsets: readonly number[]): void {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (offsets[placed[middle]] <= offsets[index]) low = middle + 1
    else high = middle
  }
  placed.splice(low, 0, index)
}

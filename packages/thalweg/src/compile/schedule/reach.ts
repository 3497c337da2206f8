/**
 * Which of a graph's vertices can be reached from which, while edges are added and vertices merged. Vertices are kept in an
 * order in which every edge leads onwards (Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic
 * graphs", 2006), so that a question is answered by looking at what lies between two vertices, from both ends at once. It is
 * given up after so many vertices with a yes: who asks wants to know whether a circle is out of the question. So a question
 * costs the same however large the graph is.
 */

/** Enough that in practice only paths along the layers of a network, which do exist, are too long to be followed. */
const MOST_SEEN = 512

export interface Reach {
  /** Whether a path leads from `a` to `b`, as far as is known: a no is certain. */
  leadsTo(a: number, b: number): boolean
  /** Adds an edge, which must not close a circle. */
  connect(a: number, b: number): void
  /** Whether `a` and `b` as one vertex would close a circle: a path from one to the other through a third. A no is certain. */
  wouldCircle(a: number, b: number): boolean
  /** Makes `a` and `b` one vertex, known as `a`, which must not close a circle; `b` must not be asked for again. */
  merge(a: number, b: number): void
  /** A new vertex, in the order just before the first of `vertices`. */
  addBefore(vertices: readonly number[]): number
}

/** One end of a search: what has been reached from there, the first `done` with all their neighbours. */
interface Side {
  readonly edges: readonly ReadonlySet<number>[]
  readonly reached: number[]
  done: number
  readonly mark: number
}

/** All that lies between two vertices: what the first leads to, and what leads to the second. */
interface Search {
  readonly forward: Side
  readonly backward: Side
  readonly low: number
  readonly high: number
  /** Whether the edge from one to the other is left out of account. */
  readonly detour: boolean
}

export function createReach(vertices: number, mostSeen: number = MOST_SEEN): Reach {
  const newSet = (): Set<number> => new Set()
  const after = Array.from({ length: vertices }, newSet)
  const before = Array.from({ length: vertices }, newSet)
  /** Where each vertex stands: an edge leads from a smaller to a larger number. No two are equal. */
  const places = Array.from({ length: vertices }, (_, vertex) => vertex)
  /** The last side that reached each vertex. */
  const marks = new Array<number>(vertices).fill(0)
  let lastMark = 0

  function beginSide(edges: Side['edges'], start: number): Side {
    marks[start] = ++lastMark
    return { edges, reached: [start], done: 0, mark: lastMark }
  }

  /** `first` stands before `second`. */
  function beginSearch(first: number, second: number, detour: boolean): Search {
    const [low, high] = [places[first], places[second]]
    return { forward: beginSide(after, first), backward: beginSide(before, second), low, high, detour }
  }

  function isDone({ reached, done }: Side): boolean {
    return done === reached.length
  }

  /** What it takes to go on at a side. */
  function effort({ edges, reached, done }: Side): number {
    return reached.length - done + edges[reached[done]].size
  }

  /** Goes on where that is cheaper, from one vertex to its neighbours; says whether the two sides have met. */
  function advance(search: Search): boolean {
    const { forward, backward } = search
    return effort(forward) < effort(backward) ? reach(forward, search, backward) : reach(backward, search, forward)
  }

  function reach(here: Side, { low, high, detour }: Search, there?: Side): boolean {
    const isStart = here.done === 0
    const vertex = here.reached[here.done++]
    for (const next of here.edges[vertex]) {
      if (marks[next] === here.mark) continue
      if (there !== undefined && marks[next] === there.mark) {
        if (detour && isStart && next === there.reached[0]) continue
        return true
      }
      if (places[next] <= low || places[next] >= high) continue
      marks[next] = here.mark
      here.reached.push(next)
    }
    return false
  }

  function isPath(first: number, second: number, detour: boolean): boolean {
    const search = beginSearch(first, second, detour)
    const { forward, backward } = search
    while (forward.reached.length + backward.reached.length <= mostSeen) {
      if (isDone(forward) || isDone(backward)) return false
      if (advance(search)) return true
    }
    return true
  }

  /** Puts all that leads to the second vertex before all that the first leads to, each in the order in which it was. */
  function reorder(search: Search): void {
    const { forward, backward } = search
    const inOrder = (side: Side): number[] => {
      while (!isDone(side)) reach(side, search)
      return side.reached.sort((a, b) => places[a] - places[b])
    }
    const moved = [...inOrder(backward), ...inOrder(forward)]
    const free = moved.map((vertex) => places[vertex]).sort((a, b) => a - b)
    moved.forEach((vertex, i) => {
      places[vertex] = free[i]
    })
  }

  /** Finds a place for `a` where `b` can be too. */
  function bring(a: number, b: number): void {
    const [first, second] = places[a] < places[b] ? [a, b] : [b, a]
    const search = beginSearch(first, second, true)
    const { forward, backward } = search
    while (!isDone(forward) && !isDone(backward)) advance(search)
    // Where nothing lies between, one can go to the other.
    if (isDone(forward) && forward.reached.length === 1) places[a] = places[second]
    else if (isDone(backward) && backward.reached.length === 1) places[a] = places[first]
    else reorder(search)
  }

  /** Hands the edges of `b` in one direction to `a`. */
  function hand(a: number, b: number, edges: readonly Set<number>[], opposite: readonly Set<number>[]): void {
    for (const other of edges[b]) {
      opposite[other].delete(b)
      if (other === a) continue
      opposite[other].add(a)
      edges[a].add(other)
    }
    edges[b].clear()
  }

  return {
    leadsTo: (a, b) => places[a] < places[b] && isPath(a, b, false),
    connect(a, b) {
      if (a === b) return
      if (places[a] > places[b]) reorder(beginSearch(b, a, false))
      after[a].add(b)
      before[b].add(a)
    },
    wouldCircle: (a, b) => (places[a] < places[b] ? isPath(a, b, true) : isPath(b, a, true)),
    merge(a, b) {
      bring(a, b)
      hand(a, b, after, before)
      hand(a, b, before, after)
    },
    addBefore(others) {
      const vertex = places.length
      const first = Math.min(vertex, ...others.map((other) => places[other]))
      // A fraction of its own makes it a place that nobody has: places only ever change hands.
      places.push(Math.floor(first) - 1 / (2 + vertex - vertices))
      after.push(new Set())
      before.push(new Set())
      marks.push(0)
      return vertex
    },
  }
}

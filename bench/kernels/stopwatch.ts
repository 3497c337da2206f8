/** How long something takes when nothing comes between: the fastest of many rounds, each long enough for the clock. */
const ROUND_MS = 2

export function millisecondsOf(run: () => void, seconds: number): number {
  let fastest = Number.POSITIVE_INFINITY
  let count = 1
  run()
  const end = performance.now() + 1000 * seconds
  do {
    const start = performance.now()
    for (let i = 0; i < count; i++) run()
    const elapsed = performance.now() - start
    // The first rounds run before the engine has optimized: they only say how many make a round.
    if (elapsed < ROUND_MS) count *= 2
    else fastest = Math.min(fastest, elapsed / count)
  } while (performance.now() < end || fastest === Number.POSITIVE_INFINITY)
  return fastest
}

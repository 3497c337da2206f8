/** Time spent on a run, over all its sittings. Only reports read it: no result depends on it. */

export interface Clock {
  /** Since the run began. */
  readonly seconds: number
  /** Since the epoch began. */
  readonly epochSeconds: number
  beginEpoch(): void
}

/** A clock that goes on where an earlier sitting stopped. */
export function createClock(seconds = 0, epochSeconds = 0): Clock {
  const began = performance.now() - seconds * 1000
  let epochBegan = performance.now() - epochSeconds * 1000
  return {
    get seconds() {
      return (performance.now() - began) / 1000
    },
    get epochSeconds() {
      return (performance.now() - epochBegan) / 1000
    },
    beginEpoch() {
      epochBegan = performance.now()
    },
  }
}

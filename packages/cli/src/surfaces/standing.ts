/** How a race ended, in the words that tables and pictures share. */
import type { Trajectories, Trajectory } from 'thalweg/optim'
import { loss } from '../terminal/format.ts'

export interface Standing {
  readonly run: Trajectory
  readonly reached: number
  readonly diverged: number
  /** Of those that reached: the middle one of their steps; NaN where none did. */
  readonly steps: number
  /** The middle one of all. */
  readonly height: number
  readonly distance: number
}

export function standingOf(run: Trajectory): Standing {
  const { outcomes } = run
  const reached = outcomes.filter(({ kind }) => kind === 'reached')
  return {
    run,
    reached: reached.length,
    diverged: outcomes.filter(({ kind }) => kind === 'diverged').length,
    steps: median(reached.map(({ step }) => step)),
    height: median(outcomes.map(({ height }) => height)),
    distance: median(outcomes.map(({ distance }) => distance)),
  }
}

/** Best first: who reached most, who was quickest, who came nearest. Equals stay in the order in which they were named. */
export function ranked(standings: readonly Standing[]): Standing[] {
  const ascending = (a: number, b: number): number =>
    (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0) || a - b || 0
  return [...standings].sort(
    (a, b) =>
      b.reached - a.reached ||
      ascending(a.steps, b.steps) ||
      a.diverged - b.diverged ||
      ascending(a.distance, b.distance) ||
      ascending(a.height, b.height),
  )
}

/** In a few words: `there after 53 steps`, `0.13 away`, `3 of 25 there, 1 diverged`. */
export function resultOf({ reached, diverged, steps, distance, height, run }: Standing, race: Trajectories): string {
  const done = race.surface.below === undefined ? 'there' : 'off'
  const starts = run.outcomes.length
  if (starts > 1) return `${reached} of ${starts} ${done}${diverged > 0 ? `, ${diverged} diverged` : ''}`
  if (reached > 0) return steps === 0 ? `${done} from the start` : `${done} after ${steps} steps`
  if (diverged > 0) return `diverged at step ${run.outcomes[0].step}`
  return Number.isNaN(distance) ? `at height ${loss(height)}` : `${loss(distance)} away`
}

/** The middle one; of an even number the lower middle, which is one that occurred. NaN counts as largest. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b))
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

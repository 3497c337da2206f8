/** What a study is, as plain data, and whether it is the one that a storage holds. */
import { ThalwegError } from '../../base/index.ts'
import { checkCount } from '../checks.ts'
import type { Dimension } from '../dimensions.ts'
import type { Pruner } from '../pruners/pruner.ts'
import type { Sampler } from '../samplers/sampler.ts'
import type { Direction, Job, Result } from './job.ts'
import type { StudyDescription, StudyStorage } from './storage.ts'

const DEFAULT_TRIALS = 50

/** As asked for; else as many as the sampler has or the pruner plans for. A grid has no more than its own. */
export function countTrials(
  asked: number | undefined,
  sampler: Sampler,
  pruner: Pruner,
  dimensions: readonly Dimension[],
): number {
  if (asked !== undefined) checkCount('search', 'trials', asked, 1)
  const size = sampler.size?.(dimensions) ?? Number.POSITIVE_INFINITY
  return Math.min(asked ?? pruner.trials ?? (Number.isFinite(size) ? size : DEFAULT_TRIALS), size)
}

export interface DescribedStudy {
  readonly dimensions: readonly Dimension[]
  readonly sampler: Sampler
  readonly pruner: Pruner
  readonly direction: Direction
  readonly seed: number
  readonly trials: number
}

export function describe({ dimensions, sampler, pruner, direction, seed, trials }: DescribedStudy): StudyDescription {
  return {
    space: Object.fromEntries(dimensions.map((dimension) => [dimension.path, textOf(dimension)])),
    sampler: { name: sampler.name, options: sampler.options },
    pruner: { name: pruner.name, options: pruner.options },
    direction,
    seed,
    // A bracket that is cut short at the last trial would be another one with more trials.
    ...(pruner.trials !== undefined && { trials }),
  }
}

/** `0.0001 to 0.1, log`, `relu | tanh`. */
export function textOf({ domain }: Dimension): string {
  if (domain.kind === 'options') return domain.names.join(' | ')
  const notes = [domain.integer ? ', integer' : '', domain.scale === 'log' ? ', log' : '']
  return `${domain.low} to ${domain.high}${notes.join('')}`
}

export interface TakenUp {
  readonly jobs: Job[]
  readonly results: Map<number, Result>
}

/**
 * What a storage knows of the study; an empty one is told what it is about to hold.
 *
 * @throws ThalwegError `tune/study-mismatch`
 */
export async function takeUp(storage: StudyStorage, study: StudyDescription): Promise<TakenUp> {
  const jobs: Job[] = []
  const results = new Map<number, Result>()
  const facts = await storage.read()
  if (facts.length === 0) await storage.append({ type: 'study', version: 1, study })
  for (const fact of facts) {
    if (fact.type === 'study') checkSame(study, fact.study)
    else if (fact.type === 'job') jobs.push(fact.job)
    else {
      const { index, outcome, reports, seconds } = fact
      const job = jobs.find((one) => one.index === index)
      if (job) results.set(index, { job, outcome, reports, seconds })
    }
  }
  return { jobs, results }
}

function checkSame(now: StudyDescription, before: StudyDescription): void {
  for (const part of ['space', 'sampler', 'pruner', 'direction', 'seed', 'trials'] as const) {
    const [is, was] = [JSON.stringify(now[part]), JSON.stringify(before[part])]
    if (is === was) continue
    throw new ThalwegError('tune/study-mismatch', {
      rule: `search: the ${part} must be what it was when the study began`,
      received: `${is}, it was ${was}`,
      try: `give the same ${part}, or begin a new study with a storage of its own`,
    })
  }
}

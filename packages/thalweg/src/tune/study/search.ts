/**
 * The search: asks the plan for the next job, gives it to the workers, writes down what came of it, until there are no more.
 * Everything it knows stands in the storage, so a later call with the same storage goes on where this one ended.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'
import { dimensionsOf, paramsOf } from '../dimensions.ts'
import { noPruner } from '../pruners/none.ts'
import type { Pruner } from '../pruners/pruner.ts'
import type { Sampler } from '../samplers/sampler.ts'
import { tpe } from '../samplers/tpe.ts'
import { checkSpace, type Space } from '../space.ts'
import { memoryCheckpoints, type TrialCheckpoints } from './checkpoints.ts'
import { countTrials, describe, takeUp } from './description.ts'
import type { StudyEvent } from './events.ts'
import type { Direction, Job, Report, Result } from './job.ts'
import type { Objective } from './objective.ts'
import { planOf } from './plan.ts'
import { memoryStorage, type StudyStorage } from './storage.ts'
import { rank, type Study, studyOf, type Trial, trialOf, withResult } from './study.ts'
import { inProcess, type Workers } from './workers.ts'

export interface SearchOptions {
  /** How many configurations. Default what the sampler or the pruner is made for (a grid's size, the brackets of Hyperband); else 50. */
  readonly trials?: number | undefined
  /** Whether a low or a high value is good. Default `min`, as for a loss. */
  readonly direction?: Direction
  /** What proposes configurations. Default {@link tpe}. */
  readonly sampler?: Sampler
  /** What decides how much each is given. Default {@link noPruner} with a budget of 1. */
  readonly pruner?: Pruner
  /** Of the proposals and of every trial. Default 0. */
  readonly seed?: number
  /** Keeps the study, and may hold one that was begun earlier. Default memory. */
  readonly storage?: StudyStorage
  /** Keeps the trials' checkpoints. Default memory. */
  readonly checkpoints?: TrialCheckpoints
  /** Of how many of the best trials to keep the checkpoints, beside those that the study still needs. Default 5. */
  readonly keep?: number
  /** After so long no job is begun, and those that run are stopped. */
  readonly timeLimitMs?: number | undefined
  /** Stops the running jobs and then the study. */
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: StudyEvent) => void) | undefined
}

const NAMES: Readonly<Record<keyof SearchOptions, 0>> = {
  trials: 0,
  direction: 0,
  sampler: 0,
  pruner: 0,
  seed: 0,
  storage: 0,
  checkpoints: 0,
  keep: 0,
  timeLimitMs: 0,
  signal: 0,
  onEvent: 0,
}

/** Trials that may fail without a single success before a study gives up. */
const HOPELESS = 5

/**
 * Looks for the configuration in `space` for which `objective` is best.
 *
 * @param objective a function of the parameters, or {@link Workers} that know one
 * @throws ThalwegError `tune/empty-space` and others of `tune/` for what does not fit; `tune/study-mismatch` where the storage
 * holds another study; `tune/all-failed` where the first trials all fail
 */
export async function search<S extends Space>(
  space: S,
  objective: Objective<S> | Workers,
  options: SearchOptions = {},
): Promise<Study<S>> {
  checkNames('search', options, NAMES)
  checkSpace(space)
  const { direction = 'min', sampler = tpe(), pruner = noPruner(), seed = 0, keep = 5, signal } = options
  const { storage = memoryStorage(), checkpoints = memoryCheckpoints(), timeLimitMs } = options
  const emit = options.onEvent ?? (() => undefined)
  const dimensions = dimensionsOf(space)
  const trials = countTrials(options.trials, sampler, pruner, dimensions)
  const workers = typeof objective === 'function' ? inProcess({ space, objective, direction, checkpoints }) : objective
  const plan = planOf({ dimensions, sampler, pruner, direction, seed, trials, size: workers.size })
  const { jobs, results } = await takeUp(storage, describe({ dimensions, sampler, pruner, direction, seed, trials }))

  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const interrupted = jobs.filter(({ index }) => !results.has(index))
  const running = new Set<Promise<void>>()
  const failures: string[] = []
  const trialsSoFar = new Map<number, Trial<S>>()
  for (const job of jobs) if (!trialsSoFar.has(job.trial)) trialsSoFar.set(job.trial, trialOf(space, job))
  for (const result of results.values()) note(result)
  const dropped = new Set<number>()

  async function begin(): Promise<Job | undefined> {
    const taken = interrupted.shift()
    if (taken) return taken
    const next = plan.next(jobs, results)
    if (next === 'wait' || next === 'end') return undefined
    jobs.push(next)
    if (!trialsSoFar.has(next.trial)) trialsSoFar.set(next.trial, trialOf(space, next))
    await storage.append({ type: 'job', job: next, params: paramsOf(space, next.point) })
    return next
  }

  async function carryOut(job: Job): Promise<void> {
    const reports: Report[] = []
    const began = performance.now()
    emit({ type: 'job', job, params: paramsOf(space, job.point), trials })
    const outcome = await workers.run(job, {
      signal: stopped,
      onReport(report) {
        reports.push(report)
        emit({ type: 'report', job, ...report })
      },
    })
    if (!outcome) return
    const seconds = (performance.now() - began) / 1000
    await storage.append({ type: 'result', index: job.index, outcome, reports, seconds })
    const result = { job, outcome, reports, seconds }
    results.set(job.index, result)
    const trial = note(result)
    if (outcome.status === 'failed') failures.push(outcome.reason)
    const ranked = rank([...trialsSoFar.values()], direction)
    await dropUnneeded(ranked)
    emit({ type: 'result', job, trial, best: ranked[0], finished: countFinished(), trials })
  }

  function note(result: Result): Trial<S> {
    const { job } = result
    const trial = withResult(trialsSoFar.get(job.trial) ?? trialOf(space, job), result)
    trialsSoFar.set(job.trial, trial)
    return trial
  }

  function countFinished(): number {
    return [...trialsSoFar.values()].filter(({ status }) => status !== 'unfinished').length
  }

  /** Checkpoints take room: those stay that may be needed again, or be asked for. */
  async function dropUnneeded(ranked: readonly Trial[]): Promise<void> {
    const unfinished = jobs.filter(({ index }) => !results.has(index))
    const needed = new Set([...ranked.slice(0, keep), ...unfinished].map(({ trial }) => trial))
    for (const trial of plan.open(jobs, results)) needed.add(trial)
    for (const trial of trialsSoFar.keys()) {
      if (needed.has(trial) || dropped.has(trial)) continue
      dropped.add(trial)
      await checkpoints.drop(trial)
    }
  }

  function current(): Study<S> {
    const isOver = results.size === jobs.length && plan.next(jobs, results) === 'end'
    return studyOf(space, direction, [...trialsSoFar.values()], !isOver)
  }

  const timer = timeLimitMs === undefined ? undefined : setTimeout(() => stop.abort(), timeLimitMs)
  const { size } = workers
  emit({ type: 'start', trials, finished: countFinished(), size, sampler: sampler.name, pruner: pruner.name })
  try {
    for (;;) {
      while (running.size < size && !stopped.aborted) {
        const job = await begin()
        if (!job) break
        const done: Promise<void> = carryOut(job).finally(() => running.delete(done))
        running.add(done)
      }
      if (running.size === 0) return current()
      await Promise.race(running)
      if (failures.length >= HOPELESS && failures.length === results.size) throw allFailed(failures)
    }
  } finally {
    clearTimeout(timer)
    stop.abort()
    await Promise.allSettled(running)
  }
}

function allFailed(failures: readonly string[]): ThalwegError {
  return new ThalwegError('tune/all-failed', {
    rule: `search: the first ${failures.length} trials must not all fail`,
    received: failures[0],
    try: 'call the objective by hand with some parameters of the space, and mend what fails',
  })
}

/** One job done here and now: calls the objective, listens to its reports, and turns whatever it does into an outcome. */
import { ThalwegError } from '../../base/index.ts'
import type { EpochEvent } from '../../train/index.ts'
import { paramsOf } from '../dimensions.ts'
import type { Space } from '../space.ts'
import type { TrialCheckpoints } from './checkpoints.ts'
import { type Direction, type Job, type Outcome, type Report, toLoss } from './job.ts'
import type { Objective, TrialContext } from './objective.ts'

export interface TrialControl {
  readonly signal: AbortSignal
  readonly onReport: (report: Report) => void
}

export interface TrialSetting<S extends Space> {
  readonly space: S
  readonly objective: Objective<S>
  readonly direction: Direction
  readonly checkpoints: TrialCheckpoints
}

/** @returns nothing where `signal` ended it: it is as if it had not begun, but for its checkpoint */
export async function runTrial<S extends Space>(
  { space, objective, direction, checkpoints }: TrialSetting<S>,
  job: Job,
  { signal, onReport }: TrialControl,
): Promise<Outcome | undefined> {
  const pruning = new AbortController()
  const { trial, seed, budget } = job
  const resume = await checkpoints.latest(trial)
  let best = Number.POSITIVE_INFINITY
  let stopped: Report | undefined

  function report(value: number, step: number): void {
    if (!Number.isFinite(value) || stopped) return
    onReport({ value, step })
    best = Math.min(best, toLoss(value, direction))
    if (job.limits.some((limit) => limit.step === step && best > limit.loss)) {
      stopped = { value, step }
      pruning.abort()
    }
  }

  const both = AbortSignal.any([signal, pruning.signal])
  const context: TrialContext = {
    trial,
    seed,
    budget,
    resume,
    signal: both,
    report,
    training: {
      epochs: budget,
      seed,
      resume,
      signal: both,
      checkpoint: { save: checkpoints.sink(trial), everyEpochs: budget },
      onEvent(event) {
        if (event.type === 'epoch') report(scoreOf(event, direction), event.epoch)
      },
    },
  }
  try {
    const value = await objective(paramsOf(space, job.point), context)
    if (signal.aborted) return undefined
    if (stopped) return { status: 'pruned', ...stopped }
    if (Number.isFinite(value)) return { status: 'complete', value }
    return { status: 'failed', reason: `the objective returned ${String(value)}` }
  } catch (error) {
    if (signal.aborted) return undefined
    if (stopped) return { status: 'pruned', ...stopped }
    return { status: 'failed', reason: reasonOf(error) }
  }
}

function scoreOf({ validLoss, validAccuracy, validR2 }: EpochEvent, direction: Direction): number {
  return (direction === 'min' ? validLoss : (validAccuracy ?? validR2)) ?? Number.NaN
}

function reasonOf(error: unknown): string {
  if (error instanceof ThalwegError) return `${error.rule} (${error.code}: ${error.received})`
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)
}

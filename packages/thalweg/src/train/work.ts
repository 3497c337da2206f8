/** What a run works with: a model, its settings, and everything that is made for the two. A mended run gets it anew. */
import type { Dataset } from '../data/index.ts'
import type { Model } from '../nn/index.ts'
import type { Case } from './case.ts'
import { createEvaluator, type Evaluator } from './evaluate.ts'
import type { TrainEvent } from './events.ts'
import { openSession, type Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Babysitter, Watch } from './watch.ts'

export interface Work {
  readonly model: Model
  readonly settings: Settings
  readonly session: Session
  readonly evaluator: Evaluator
  readonly watch: Watch | undefined
  /** The weights stay: they are the run's. */
  release(): void
}

export function openWork(
  model: Model,
  settings: Settings,
  { babysit, record }: { readonly babysit: Babysitter | undefined; readonly record: Case },
  emit: (event: TrainEvent) => void,
): Work {
  const { loss, engine } = settings
  const session = openSession(model, settings, emit)
  const evaluator = createEvaluator(model, { store: session.store, loss, engine }, emit)
  const watch = babysit?.watch({
    model,
    settings,
    session,
    mends: record.mends,
    findings: record.findings,
    attempt: record.attempt,
  })
  return {
    model,
    settings,
    session,
    evaluator,
    watch,
    release() {
      watch?.release()
      evaluator.release()
      session.release()
    },
  }
}

/**
 * What is known to be needed in an epoch, counted from 0, before its first step: models that do not fit are refused, and no
 * later step waits.
 */
export function compileAhead({ session, evaluator, settings }: Work, epoch: number, valid: Dataset | undefined): void {
  const { accumulate = 1, orders, batchSize } = settings
  const rest = orders.length(epoch) % batchSize
  if (rest > 0) session.prepare(rest, true)
  if (accumulate > 1 && orders.length(epoch) > batchSize) session.prepare(batchSize, false)
  if (valid) evaluator.prepare(valid)
}

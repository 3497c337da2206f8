/**
 * Early stopping (Prechelt, "Early stopping - but when?", 1998): a run ends when its metric has not got better for a
 * while. Where it stands follows from the history alone, so a checkpoint holds nothing more and a resumed run stops where
 * the uninterrupted one would have.
 */
import { ThalwegError } from '../base/index.ts'
import type { EpochEvent, StopEvent } from './events.ts'
import { isBetter, type Metric, type Monitor } from './monitor.ts'
import { checkNames } from './option-names.ts'

export interface EarlyStoppingOptions {
  /** How many epochs in a row may go by without an improvement. At least 1. */
  readonly patience: number
  /** Only what is better by more than this counts as an improvement. Default 0. */
  readonly minDelta?: number | undefined
  /** What the metric must beat within the patience, whatever it improves upon. Default nothing. */
  readonly baseline?: number | undefined
  /** Whether the run ends with the weights of its best epoch, also where it was not stopped. Default true, and false where an average is kept. */
  readonly restoreBest?: boolean | undefined
}

/**
 * @param metric by which the run goes, where it is said
 * @throws ThalwegError `train/bad-option`, `train/unknown-option`
 */
export function checkEarlyStopping(options: EarlyStoppingOptions, metric?: Metric | undefined): void {
  const { patience, minDelta = 0, baseline = 0, restoreBest } = options
  checkNames('fit: earlyStopping', options, { patience, minDelta, baseline, restoreBest })
  if (!Number.isSafeInteger(patience) || patience < 1)
    throw bad('patience', 'an integer of at least 1', patience, 'patience 5')
  if (!(Number.isFinite(minDelta) && minDelta >= 0))
    throw bad('minDelta', 'a finite number of at least 0', minDelta, 'minDelta 0')
  if (!Number.isFinite(baseline)) throw bad('baseline', 'a finite number', baseline, 'leave baseline out')
  // An accuracy in percent, mostly: the run would end with its patience, whatever it learns.
  if (typeof metric === 'string' && !metric.endsWith('Loss') && baseline + minDelta >= 1)
    throw bad('baseline', `below 1, the best that ${metric} can be, by more than minDelta`, baseline, 'baseline 0.9')
}

/** Why a run of these epochs is to stop; nothing while it may go on. */
export function reasonToStop(
  history: readonly EpochEvent[],
  monitor: Monitor,
  { patience, minDelta = 0, baseline }: EarlyStoppingOptions,
): Omit<StopEvent, 'type'> | undefined {
  let best: EpochEvent | undefined
  let waited = 0
  for (const epoch of history) {
    waited++
    const value = monitor.of(epoch)
    if (!isBetter(monitor, value, best && monitor.of(best), minDelta)) continue
    best = epoch
    // As in Keras: an improvement that stays below the baseline is remembered, and does not buy more time.
    if (baseline === undefined || isBetter(monitor, value, baseline, minDelta)) waited = 0
  }
  const last = history.at(-1)
  if (!last || waited < patience) return undefined
  const value = best ? monitor.of(best) : Number.NaN
  const isBelow = baseline !== undefined && !isBetter(monitor, value, baseline, minDelta)
  const bar = isBelow
    ? `the baseline ${baseline}`
    : best
      ? `${Number(value.toPrecision(4))} of epoch ${best.epoch}`
      : 'NaN'
  return {
    epoch: last.epoch,
    step: last.step,
    reason: isBelow ? 'baseline' : 'patience',
    metric: monitor.name,
    waited,
    message: `${monitor.name} has not been ${monitor.better} than ${bar}${minDelta > 0 ? ` by more than ${minDelta}` : ''} for ${waited} epochs`,
  }
}

function bad(option: string, rule: string, received: number, advice: string): ThalwegError {
  return new ThalwegError('train/bad-option', {
    rule: `fit: earlyStopping.${option} must be ${rule}`,
    received: String(received),
    try: advice,
  })
}

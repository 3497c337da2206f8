/**
 * What says how good an epoch was: one figure of it, and which way is better. Early stopping, the best epochs, the mark
 * on the best checkpoint and a rate that drops on a plateau all go by the same one, the option `metric`.
 */
import { ThalwegError } from '../base/index.ts'
import type { Dataset } from '../data/index.ts'
import type { EpochEvent } from './events.ts'

export type EpochFigure = 'trainLoss' | 'trainAccuracy' | 'validLoss' | 'validAccuracy' | 'validR2'

/** A figure of one's own. */
export interface Monitor {
  /** For events and messages, and for a run that is resumed. */
  readonly name: string
  readonly better: 'lower' | 'higher'
  /** NaN is worse than any number. */
  readonly of: (epoch: EpochEvent) => number
}

export type Metric = EpochFigure | Monitor

const BETTER: Readonly<Record<EpochFigure, Monitor['better']>> = {
  trainLoss: 'lower',
  trainAccuracy: 'higher',
  validLoss: 'lower',
  validAccuracy: 'higher',
  validR2: 'higher',
}

/** @throws ThalwegError `train/bad-option` for a figure that the epochs of such a run do not have */
export function monitorOf(
  metric: Metric | undefined,
  { train, valid }: { readonly train: Dataset; readonly valid?: Dataset | undefined },
): Monitor {
  if (typeof metric === 'object') return metric
  const isClass = train.target.kind === 'class'
  const figures: readonly EpochFigure[] = [
    ...(valid ? (['validLoss', isClass ? 'validAccuracy' : 'validR2'] as const) : []),
    'trainLoss',
    ...(isClass ? (['trainAccuracy'] as const) : []),
  ]
  const [usual = 'trainLoss'] = figures
  const name = metric ?? usual
  if (!figures.includes(name)) throw noSuchFigure(name, figures, valid !== undefined)
  return { name, better: BETTER[name], of: (epoch) => epoch[name] ?? Number.NaN }
}

/** Whether `value` beats `other` by more than `margin`. NaN never does, and everything else beats it. */
export function isBetter({ better }: Monitor, value: number, other: number | undefined, margin = 0): boolean {
  if (Number.isNaN(value)) return false
  if (other === undefined || Number.isNaN(other)) return true
  return better === 'lower' ? value < other - margin : value > other + margin
}

/** From the best epoch on, the earlier one of equals first; epochs whose value is no number are left out. */
export function bestFirst(history: readonly EpochEvent[], { better, of }: Monitor): EpochEvent[] {
  const sign = better === 'lower' ? 1 : -1
  return history.filter((epoch) => !Number.isNaN(of(epoch))).sort((a, b) => sign * (of(a) - of(b)) || a.epoch - b.epoch)
}

function noSuchFigure(name: string, figures: readonly string[], hasValid: boolean): ThalwegError {
  return new ThalwegError('train/bad-option', {
    rule: 'fit: metric must be a figure that the epochs of this run have',
    received: hasValid ? name : `${name}, and no validation data`,
    try: `one of ${figures.join(', ')}`,
  })
}

/** The learning rate of each step: the optimizer's own, a schedule's, or one that follows how the epochs go. */
import { ThalwegError } from '../base/index.ts'
import type { Optimizer, Plateau, PlateauState, Schedule } from '../optim/index.ts'
import type { EpochEvent } from './events.ts'
import type { Monitor } from './monitor.ts'

export interface Rates {
  /** For a step, counted from 0, of the epoch that comes next. */
  of(step: number): number
  /** Takes account of an epoch that ended. */
  see(event: EpochEvent): void
}

/** @throws ThalwegError `train/bad-option`, `train/bad-learning-rate` */
export function createRates(
  schedule: Schedule | Plateau | undefined,
  optimizer: Optimizer,
  monitor: Monitor,
  history: readonly EpochEvent[],
): Rates {
  if (typeof schedule !== 'object') {
    const rate = schedule ?? (() => optimizer.learningRate)
    const where = schedule ? ' of the schedule' : ''
    return { of: (step) => checkedRate(rate(step), where && ` in step ${step}${where}`), see: () => undefined }
  }
  if ((schedule.mode === 'min') !== (monitor.better === 'lower')) throw otherWay(schedule, monitor)
  // The state follows from the metrics alone: a resumed run has it by going through them again.
  let state: PlateauState = schedule.initial
  const see = (event: EpochEvent): void => {
    state = schedule.next(state, monitor.of(event))
  }
  history.forEach(see)
  return { of: () => checkedRate(state.learningRate, ' of the plateau'), see }
}

export function checkedRate(rate: number, where = ''): number {
  if (Number.isFinite(rate) && rate >= 0) return rate
  throw new ThalwegError('train/bad-learning-rate', {
    rule: 'fit: the learning rate must be a finite number of at least 0',
    received: `${rate}${where}`,
    try: 'give a rate such as 0.001',
  })
}

function otherWay({ mode }: Plateau, { name, better }: Monitor): ThalwegError {
  return new ThalwegError('train/bad-option', {
    rule: "fit: reduceOnPlateau must look for the same as the run's metric",
    received: `mode ${mode}, and ${name}, of which ${better} is better`,
    try: `reduceOnPlateau({ mode: '${mode === 'min' ? 'max' : 'min'}', ... }), or another metric`,
  })
}

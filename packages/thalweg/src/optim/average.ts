/**
 * Averages of the weights over the updates (Polyak and Juditsky 1992), which often generalize better than the last
 * weights. An average follows the weights by a share of the way after each update, `a += share (w - a)`, and all that
 * tells one kind from another is that share: a number that is worked out on the host and goes into the compiled step.
 */
import { checkEpoch, checkEpochs, checkShare, checkSteps, refuse } from './checks.ts'
import { checkNames, completed } from './options.ts'

/** Which update it was. */
export interface UpdateMoment {
  /** Number of the update, from 1. */
  readonly update: number
  /** Number of the epoch, from 1, and whether this was its last update. */
  readonly epoch: number
  readonly endsEpoch: boolean
}

export interface Average {
  readonly name: string
  /** Plain data: it goes into checkpoints, and must be the same when a run goes on. */
  readonly options: Readonly<Record<string, unknown>>
  /** Until this epoch or update, from 1, it is the weights themselves. Default the first. */
  readonly begins?: { readonly epoch?: number; readonly update?: number }
  /** How far the average follows the weights after this update, in [0, 1]; 1 makes it equal to them. */
  readonly share: (moment: UpdateMoment) => number
}

export interface EmaOptions {
  /** Share of the average that each update keeps, in [0, 1). It looks back over about `1 / (1 - decay)` updates. Default 0.999. */
  readonly decay?: number
  /**
   * What to do about the beginning, when there is no history to keep. `correct`: the weighted mean of the weights after
   * each update so far, as Adam's bias correction; the first weights do not count. `warmUp`: keeps at most
   * `(1 + t) / (10 + t)`, as in TensorFlow. `none`: begins at the first weights and forgets them as slowly as all others.
   * Default `correct`.
   */
  readonly beginning?: 'correct' | 'warmUp' | 'none'
}

/** An exponential moving average: `a = decay a + (1 - decay) w`. */
export function ema(options: EmaOptions = {}): Average {
  const defaults: Required<EmaOptions> = { decay: 0.999, beginning: 'correct' }
  const { decay, beginning } = completed('ema', options, defaults)
  checkShare('ema', 'decay', decay)
  const shares: Readonly<Record<Required<EmaOptions>['beginning'], (update: number) => number>> = {
    // Of `(decay (1 - decay^(t-1)) a + (1 - decay) w) / (1 - decay^t)`, the share of w.
    correct: (update) => (1 - decay) / (1 - decay ** update),
    warmUp: (update) => 1 - Math.min(decay, (1 + update) / (10 + update)),
    none: () => 1 - decay,
  }
  if (!Object.hasOwn(shares, beginning)) {
    const rule = `beginning must be one of ${Object.keys(shares).join(', ')}`
    refuse('ema', rule, 'beginning', beginning, "give beginning 'correct'")
  }
  const share = shares[beginning]
  return { name: 'ema', options: { decay, beginning }, share: ({ update }) => share(update) }
}

export interface SwaEpochs {
  /** The first epoch, from 1, whose last weights count. */
  readonly startEpoch: number
  /** And those of every so many epochs from there on. Default 1. */
  readonly everyEpochs?: number
}

export interface SwaSteps {
  /** The first update, from 1, whose weights count. */
  readonly startStep: number
  /** And those of every so many updates from there on. Default 1. */
  readonly everySteps?: number
}

/**
 * Stochastic weight averaging (Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, UAI 2018, algorithm 1): the mean of the
 * weights at the ends of epochs, or of cycles of so many updates, with a rate that stays high. Before `startEpoch` the
 * average is the weights themselves.
 */
export function swa(options: SwaEpochs | SwaSteps): Average {
  checkNames('swa', options, ['startEpoch', 'everyEpochs', 'startStep', 'everySteps'])
  const given = Object.keys(options)
  const inSteps = given.filter((name) => name.includes('Step')).length
  if (inSteps > 0 && inSteps < given.length) {
    refuse('swa', 'counts epochs or steps, not both', 'options', given, 'leave one pair out')
  }
  if ('startStep' in options) {
    const { startStep, everySteps = 1 } = options
    checkSteps('swa', 'startStep', startStep)
    checkSteps('swa', 'everySteps', everySteps)
    return {
      name: 'swa',
      options: { startStep, everySteps },
      begins: { update: startStep },
      share: ({ update }) => (update < startStep ? 1 : shareOfSample(update - startStep, everySteps)),
    }
  }
  const { startEpoch, everyEpochs = 1 } = options
  checkEpoch('swa', 'startEpoch', startEpoch)
  checkEpochs('swa', 'everyEpochs', everyEpochs)
  return {
    name: 'swa',
    options: { startEpoch, everyEpochs },
    begins: { epoch: startEpoch },
    share({ epoch, endsEpoch }) {
      if (epoch < startEpoch || (epoch === startEpoch && !endsEpoch)) return 1
      return endsEpoch ? shareOfSample(epoch - startEpoch, everyEpochs) : 0
    },
  }
}

/** The n-th sample of a mean moves it by 1 / n of the way; between two samples it stays. */
function shareOfSample(passed: number, every: number): number {
  return passed % every === 0 ? 1 / (passed / every + 1) : 0
}

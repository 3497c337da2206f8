/**
 * Schedules by name, stretched over the run: whoever names one says how many epochs, not how many steps. What a name
 * stands for is fixed here; other shapes are written in an experiment file.
 */
import { suggest } from 'thalweg/base'
import {
  cosineDecay,
  cosineRestarts,
  cyclic,
  exponentialDecay,
  fixedRate,
  inverseDecay,
  multistepDecay,
  oneCycle,
  type Plateau,
  polynomialDecay,
  reduceOnPlateau,
  type Schedule,
  scheduleNamed,
  sigmoidDecay,
  stepDecay,
  warmUp,
} from 'thalweg/optim'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { idle } from './idle.ts'

export interface ScheduleDescription {
  /** One of {@link scheduleNames}; `experiment`: what its file says. */
  readonly name: string
  /** In which the rate rises along a line from 0 to the schedule's first one; its own steps begin behind them. */
  readonly warmupEpochs?: number | undefined
}

export const scheduleSchema: z.ZodType<ScheduleDescription> = z.object({
  name: z.string(),
  warmupEpochs: z.number().optional(),
})

interface Stretch {
  readonly learningRate: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  /** Of a plateau: epochs without an improvement that it bears, and which way is better. */
  readonly patience: number
  readonly mode: 'min' | 'max'
}

/** With fewer steps than this there is no room for a rise and a fall of the rate. */
export const LEAST_STEPS_OF_A_CYCLE = 20
/** What is left of the rate in the end, where a schedule falls for ever. */
const LAST_SHARE = 0.01

const schedules: Readonly<Record<string, (stretch: Stretch) => Schedule | Plateau>> = {
  fixed: ({ learningRate }) => fixedRate({ learningRate }),
  'one-cycle': ({ learningRate, totalSteps }) =>
    totalSteps < LEAST_STEPS_OF_A_CYCLE
      ? fixedRate({ learningRate })
      : oneCycle({ maxLearningRate: learningRate, totalSteps }),
  cosine: ({ learningRate, totalSteps }) => cosineDecay({ learningRate, totalSteps }),
  // Periods of 1, 2 and 4 sevenths.
  'cosine-restarts': ({ learningRate, totalSteps }) =>
    cosineRestarts({ learningRate, period: Math.max(1, Math.ceil(totalSteps / 7)), periodFactor: 2 }),
  linear: ({ learningRate, totalSteps }) => polynomialDecay({ learningRate, totalSteps }),
  polynomial: ({ learningRate, totalSteps }) => polynomialDecay({ learningRate, totalSteps, power: 2 }),
  step: ({ learningRate, totalSteps }) => stepDecay({ learningRate, stepSize: Math.max(1, Math.ceil(totalSteps / 3)) }),
  multistep: ({ learningRate, totalSteps }) =>
    multistepDecay({
      learningRate,
      milestones: [0.5, 0.75].map((share) => Math.max(1, Math.round(share * totalSteps))),
    }),
  exponential: ({ learningRate, totalSteps }) =>
    exponentialDecay({ learningRate, gamma: LAST_SHARE ** (1 / totalSteps) }),
  inverse: ({ learningRate, totalSteps }) => inverseDecay({ learningRate, gamma: (1 / LAST_SHARE - 1) / totalSteps }),
  sigmoid: ({ learningRate, totalSteps }) =>
    sigmoidDecay({ learningRate, stepSize: Math.round(totalSteps / 2), gamma: -10 / totalSteps }),
  // Two epochs up, two epochs down (Smith 2017 has 2 to 10 epochs a half).
  cyclic: ({ learningRate, stepsPerEpoch }) =>
    cyclic({ learningRate: learningRate / 10, maxLearningRate: learningRate, riseSteps: 2 * stepsPerEpoch }),
  plateau: ({ learningRate, patience, mode }) => reduceOnPlateau({ learningRate, factor: 0.3, patience, mode }),
}

export const scheduleNames: readonly string[] = Object.keys(schedules)

/** Those that run on, however many epochs there are. */
const ENDLESS = ['fixed', 'cyclic', 'plateau', 'experiment']

/** Whether its rates depend on how many epochs there are. */
export function isScheduleStretched({ name }: ScheduleDescription): boolean {
  return !ENDLESS.includes(name)
}

/**
 * @param epochs of the run
 * @throws ThalwegError `usage/unknown-schedule` with near names, `usage/idle-option`, `usage/long-warmup`
 */
export function scheduleDescription(
  name: string,
  warmupEpochs: number | undefined,
  epochs: number,
): ScheduleDescription {
  const own = shortName(name)
  if (!Object.hasOwn(schedules, own)) {
    throw usage('unknown-schedule', {
      rule: '--schedule must name one that exists',
      received: name,
      try: suggest(name, scheduleNames, 'schedules'),
    })
  }
  if (warmupEpochs !== undefined && (own === 'one-cycle' || own === 'plateau')) {
    throw usage('idle-option', {
      rule: '--warmup must mean something to the schedule',
      received:
        own === 'one-cycle' ? 'one-cycle, which begins with a rise of its own' : 'plateau, which follows a metric',
      try: 'leave --warmup out, or --schedule cosine',
    })
  }
  if (warmupEpochs !== undefined && warmupEpochs >= epochs) {
    throw usage('long-warmup', {
      rule: '--warmup must leave epochs to the schedule itself',
      received: `--warmup ${warmupEpochs}, of ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
      try: `--warmup ${epochs > 1 ? 1 : 0.1}, or more --epochs`,
    })
  }
  return { name: own, ...(warmupEpochs !== undefined && { warmupEpochs }) }
}

/** `cosine` for the library's `cosineDecay`, `exponential` for Caffe's `exp`. */
function shortName(name: string): string {
  if (Object.hasOwn(schedules, name)) return name
  const short = scheduleNamed(name)?.replace(/(Decay|Rate)$/, '') ?? name
  return short.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** @throws ThalwegError `usage/idle-option` for a warm-up of less than an update */
export function realizeSchedule({ name, warmupEpochs = 0 }: ScheduleDescription, stretch: Stretch): Schedule | Plateau {
  const { stepsPerEpoch, totalSteps } = stretch
  const steps = Math.min(Math.round(warmupEpochs * stepsPerEpoch), totalSteps - 1)
  if (warmupEpochs > 0 && steps < 1) throw shortWarmup(warmupEpochs, stepsPerEpoch)
  const schedule = schedules[name]({ ...stretch, totalSteps: totalSteps - steps })
  return typeof schedule === 'function' && steps > 0 ? warmUp(schedule, { steps }) : schedule
}

function shortWarmup(epochs: number, stepsPerEpoch: number): Error {
  const updates = `${stepsPerEpoch} ${stepsPerEpoch === 1 ? 'update' : 'updates'}`
  return idle('--warmup', `${epochs} of an epoch that has ${updates}: less than one`, '--warmup 1, or leave it out')
}

/**
 * A schedule that was asked for and would leave the rate as it is.
 *
 * @param run what it would have lain over; `patience`: epochs that a plateau bears
 * @throws ThalwegError `usage/idle-option`
 */
export function refuseIdleSchedule(
  { name }: ScheduleDescription,
  { epochs, totalSteps, patience }: { readonly epochs: number } & Pick<Stretch, 'totalSteps' | 'patience'>,
): void {
  if (name === 'one-cycle' && totalSteps < LEAST_STEPS_OF_A_CYCLE) {
    const few = `${totalSteps} updates, too few for a rise and a fall`
    throw idle('--schedule one-cycle', few, `more --epochs for ${LEAST_STEPS_OF_A_CYCLE} updates, or --schedule linear`)
  }
  // The first epoch is what the next are measured by; the last one must still be trained at the lower rate.
  const least = patience + 3
  if (name !== 'plateau' || epochs >= least) return
  const late = `${epochs} epochs, of which ${patience + 1} must be no better than the first before the rate falls`
  throw idle('--schedule plateau', late, `--epochs ${least} or more, or --schedule linear`)
}

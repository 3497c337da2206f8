/**
 * Schedules by name, for the command line, for runs that are read back from a file, and for who comes from Caffe: its
 * seven policies are here under its own names, with its own names of options.
 */
import { suggest, ThalwegError } from '../../base/index.ts'
import { cosineDecay, cosineRestarts } from './cosine.ts'
import { cyclic, linearRamp, oneCycle, oneCycleMomentum } from './cycle.ts'
import {
  exponentialDecay,
  fixedRate,
  inverseDecay,
  multistepDecay,
  polynomialDecay,
  sigmoidDecay,
  stepDecay,
} from './decay.ts'
import { linear } from './linear.ts'
import type { Schedule } from './schedule.ts'

type Make = (options: never) => Schedule

const own: Readonly<Record<string, Make>> = {
  fixedRate,
  stepDecay,
  multistepDecay,
  exponentialDecay,
  inverseDecay,
  polynomialDecay,
  sigmoidDecay,
  cosineDecay,
  cosineRestarts,
  linear,
  linearRamp,
  oneCycle,
  oneCycleMomentum,
  cyclic,
}

/** Caffe's lr_policy (caffe.proto, SolverParameter). */
const caffe: Readonly<Record<string, Make>> = {
  fixed: fixedRate,
  step: stepDecay,
  exp: exponentialDecay,
  inv: inverseDecay,
  multistep: multistepDecay,
  poly: polynomialDecay,
  sigmoid: sigmoidDecay,
}

/** Its options, where they are called otherwise here. */
const caffeOptions: Readonly<Record<string, string>> = {
  base_lr: 'learningRate',
  stepsize: 'stepSize',
  stepvalue: 'milestones',
  max_iter: 'totalSteps',
}

/** Every name that {@link createSchedule} knows. */
export const scheduleNames: readonly string[] = [...Object.keys(own), ...Object.keys(caffe)]

/**
 * The schedule called `name`, with options that are only known at run time: `createSchedule('cosineDecay',
 * { learningRate: 0.1, totalSteps: 1000 })`, `createSchedule('inv', { base_lr: 0.01, gamma: 1e-4, power: 0.75 })`. A name
 * may be written with dashes: `one-cycle`.
 *
 * @throws ThalwegError `optim/unknown-schedule` and `optim/unknown-option` with near names; `optim/bad-option`
 */
export function createSchedule(name: string, options: Readonly<Record<string, unknown>>): Schedule {
  const written = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  // The functions themselves compare the names of options with theirs, and check the values.
  if (Object.hasOwn(own, written)) return own[written](options as never)
  if (Object.hasOwn(caffe, written)) {
    const ours = Object.entries(options).map(([option, value]) => [caffeOptions[option] ?? option, value])
    return caffe[written](Object.fromEntries(ours) as never)
  }
  throw new ThalwegError('optim/unknown-schedule', {
    rule: 'schedule: the name must be one of those that exist',
    received: `'${name}'`,
    try: suggest(written, scheduleNames, 'schedules'),
  })
}

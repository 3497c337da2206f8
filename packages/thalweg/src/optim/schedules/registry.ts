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
 * Which of the names of schedules is meant: with dashes, without its `Decay` or `Rate` (`cosine`, `fixed`), or as Caffe has it
 * (`exp`). Nothing where none is.
 */
export function scheduleNamed(name: string): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '')
  const short = (text: string): string => plain(text.replace(/(Decay|Rate)$/, ''))
  const wanted = plain(name)
  const names = Object.keys(own)
  const policy = Object.keys(caffe).find((one) => one === wanted)
  const ofCaffe = policy === undefined ? undefined : names.find((one) => own[one] === caffe[policy])
  return names.find((one) => plain(one) === wanted) ?? names.find((one) => short(one) === wanted) ?? ofCaffe
}

/**
 * The schedule called `name`, with options that are only known at run time: `createSchedule('cosineDecay',
 * { learningRate: 0.1, totalSteps: 1000 })`, `createSchedule('inv', { base_lr: 0.01, gamma: 1e-4, power: 0.75 })`. Names are
 * those that {@link scheduleNamed} knows; Caffe's come with its names of options.
 *
 * @throws ThalwegError `optim/unknown-schedule` and `optim/unknown-option` with near names; `optim/bad-option`
 */
export function createSchedule(name: string, options: Readonly<Record<string, unknown>>): Schedule {
  // The functions themselves compare the names of options with theirs, and check the values.
  if (Object.hasOwn(caffe, name)) {
    const ours = Object.entries(options).map(([option, value]) => [caffeOptions[option] ?? option, value])
    return caffe[name](Object.fromEntries(ours) as never)
  }
  const meant = scheduleNamed(name)
  if (meant !== undefined) return own[meant](options as never)
  throw new ThalwegError('optim/unknown-schedule', {
    rule: 'schedule: the name must be one of those that exist',
    received: `'${name}'`,
    try: suggest(name, scheduleNames, 'schedules'),
  })
}

/** Every rate of schedules.json. */
import {
  cosineDecay,
  cosineRestarts,
  cyclic,
  exponentialDecay,
  fixedRate,
  inverseDecay,
  linearRamp,
  multistepDecay,
  oneCycle,
  polynomialDecay,
  reduceOnPlateau,
  type Schedule,
  sigmoidDecay,
  stepDecay,
} from 'thalweg/optim'
import { describe, it } from 'vitest'
import { expectClose } from './compare.ts'
import { loadVectors } from './load.ts'

interface Case {
  readonly schedule: string
  readonly baseLearningRate: number
  readonly options: Readonly<Record<string, unknown>>
  readonly metrics?: readonly number[]
  readonly learningRates: readonly number[]
}

const { cases } = loadVectors<{ cases: readonly Case[] }>('schedules.json')

describe('schedules.json', () => {
  cases.forEach((each, number) => {
    const title = `${number} ${each.schedule} ${JSON.stringify(each.options)}`
    const rates = replay(each)
    if (rates === undefined) it.skip(title)
    else it(title, () => expectClose('rate', rates, each.learningRates, { relative: 1e-9, absolute: 0 }))
  })
})

function replay({ schedule, baseLearningRate, options, metrics, learningRates }: Case): number[] | undefined {
  if (schedule === 'ReduceLROnPlateau') return plateauRates(baseLearningRate, options, metrics ?? [])
  const rateAt = table[schedule]?.(
    baseLearningRate,
    (name, standard) => {
      const value = options[name] ?? standard
      if (typeof value !== 'number') throw new Error(`${schedule}: option ${name} is ${String(value)}`)
      return value
    },
    options,
  )
  return rateAt && learningRates.map((_, step) => rateAt(step))
}

type Lookup = (name: string, standard?: number) => number
type Make = (rate: number, option: Lookup, options: Readonly<Record<string, unknown>>) => Schedule

const table: Readonly<Record<string, Make>> = {
  StepLR: (learningRate, option) =>
    stepDecay({ learningRate, stepSize: option('stepSize'), gamma: option('gamma', 0.1) }),
  MultiStepLR: (learningRate, option, options) =>
    multistepDecay({ learningRate, milestones: numbers(options.milestones), gamma: option('gamma', 0.1) }),
  ExponentialLR: (learningRate, option) => exponentialDecay({ learningRate, gamma: option('gamma') }),
  CosineAnnealingLR: (learningRate, option) =>
    cosineDecay({ learningRate, totalSteps: option('tMax'), leastRate: option('etaMin', 0) }),
  CosineAnnealingWarmRestarts: (learningRate, option) =>
    cosineRestarts({
      learningRate,
      period: option('t0'),
      periodFactor: option('tMult', 1),
      leastRate: option('etaMin', 0),
    }),
  LinearLR: (learningRate, option) =>
    linearRamp({
      learningRate,
      startFactor: option('startFactor', 1 / 3),
      endFactor: option('endFactor', 1),
      totalSteps: option('totalIters', 5),
    }),
  PolynomialLR: (learningRate, option) =>
    polynomialDecay({ learningRate, totalSteps: option('totalIters', 5), power: option('power', 1) }),
  OneCycleLR: (_, option, options) =>
    oneCycle({
      maxLearningRate: option('maxLr'),
      totalSteps: option('totalSteps'),
      riseShare: option('pctStart', 0.3),
      startDivisor: option('divFactor', 25),
      endDivisor: option('finalDivFactor', 1e4),
      anneal: options.anneal === 'linear' ? 'linear' : 'cosine',
    }),
  CyclicLR: (_, option, options) =>
    cyclic({
      learningRate: option('baseLr'),
      maxLearningRate: option('maxLr'),
      riseSteps: option('stepSizeUp', 2000),
      fallSteps: option('stepSizeDown', option('stepSizeUp', 2000)),
      mode: cyclicMode(options.mode),
      gamma: option('gamma', 1),
    }),
  'caffe:fixed': (learningRate) => fixedRate({ learningRate }),
  'caffe:step': (learningRate, option) =>
    stepDecay({ learningRate, stepSize: option('stepsize'), gamma: option('gamma') }),
  'caffe:exp': (learningRate, option) => exponentialDecay({ learningRate, gamma: option('gamma') }),
  'caffe:inv': (learningRate, option) => inverseDecay({ learningRate, gamma: option('gamma'), power: option('power') }),
  'caffe:multistep': (learningRate, option, options) =>
    multistepDecay({ learningRate, milestones: numbers(options.stepvalue), gamma: option('gamma') }),
  'caffe:poly': (learningRate, option) =>
    polynomialDecay({ learningRate, totalSteps: option('max_iter'), power: option('power') }),
  'caffe:sigmoid': (learningRate, option) =>
    sigmoidDecay({ learningRate, stepSize: option('stepsize'), gamma: option('gamma') }),
}

function plateauRates(
  learningRate: number,
  options: Readonly<Record<string, unknown>>,
  metrics: readonly number[],
): number[] {
  const plateau = reduceOnPlateau({
    learningRate,
    factor: Number(options.factor ?? 0.1),
    patience: Number(options.patience ?? 10),
    threshold: Number(options.threshold ?? 1e-4),
    thresholdMode: options.thresholdMode === 'abs' ? 'absolute' : 'relative',
    mode: options.mode === 'max' ? 'max' : 'min',
    cooldown: Number(options.cooldown ?? 0),
    leastRate: Number(options.minLr ?? 0),
  })
  let state = plateau.initial
  return metrics.map((metric) => {
    state = plateau.next(state, metric)
    return state.learningRate
  })
}

function cyclicMode(mode: unknown): 'triangular' | 'triangular2' | 'exponential' {
  return mode === 'exp_range' ? 'exponential' : mode === 'triangular2' ? 'triangular2' : 'triangular'
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

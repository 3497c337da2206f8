/**
 * Rates that fall by a formula; every one of Caffe's policies is among them (its name in brackets), with steps in the
 * place of its iterations. Source: Caffe, sgd_solver.cpp, GetLearningRate; the article names them under "Systems".
 */
import { checkAtLeastZero, checkLearningRate, checkPositive, checkSteps, refuse } from '../checks.ts'
import { checkNames } from '../options.ts'
import type { Schedule } from './schedule.ts'

export interface RateOptions {
  /** The rate at first (Caffe's base_lr). */
  readonly learningRate: number
}

/** The same rate for ever (fixed). */
export function fixedRate(options: RateOptions): Schedule {
  checkNames('fixedRate', options, ['learningRate'])
  const { learningRate } = options
  checkLearningRate('fixedRate', learningRate)
  return () => learningRate
}

export interface StepDecayOptions extends RateOptions {
  /** Steps between two drops. */
  readonly stepSize: number
  /** What each drop multiplies the rate with. Default 0.1. */
  readonly gamma?: number
}

/** `rate * gamma^floor(step / stepSize)` (step). */
export function stepDecay(options: StepDecayOptions): Schedule {
  checkNames('stepDecay', options, ['learningRate', 'stepSize', 'gamma'])
  const { learningRate, stepSize, gamma = 0.1 } = options
  checkLearningRate('stepDecay', learningRate)
  checkSteps('stepDecay', 'stepSize', stepSize)
  checkPositive('stepDecay', 'gamma', gamma, 'use 0.1')
  return (step) => learningRate * gamma ** Math.floor(step / stepSize)
}

export interface MultistepDecayOptions extends RateOptions {
  /** Steps at which the rate drops, ascending. */
  readonly milestones: readonly number[]
  /** What each drop multiplies the rate with. Default 0.1. */
  readonly gamma?: number
}

/** `rate * gamma^(number of milestones reached)` (multistep). */
export function multistepDecay(options: MultistepDecayOptions): Schedule {
  checkNames('multistepDecay', options, ['learningRate', 'milestones', 'gamma'])
  const { learningRate, milestones, gamma = 0.1 } = options
  checkLearningRate('multistepDecay', learningRate)
  if (!Array.isArray(milestones)) {
    refuse('multistepDecay', 'milestones must be a list of steps', 'milestones', milestones, 'give [1000, 2000]')
  }
  for (const milestone of milestones) checkSteps('multistepDecay', 'milestones', milestone)
  if (milestones.some((milestone, i) => i > 0 && milestone < milestones[i - 1])) {
    refuse('multistepDecay', 'milestones must ascend', 'milestones', `[${milestones}]`, 'sort them')
  }
  checkPositive('multistepDecay', 'gamma', gamma, 'use 0.1')
  return (step) => learningRate * gamma ** milestones.filter((milestone) => milestone <= step).length
}

export interface ExponentialDecayOptions extends RateOptions {
  /** What each step multiplies the rate with. */
  readonly gamma: number
}

/** `rate * gamma^step` (exp). */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  checkNames('exponentialDecay', options, ['learningRate', 'gamma'])
  const { learningRate, gamma } = options
  checkLearningRate('exponentialDecay', learningRate)
  checkPositive('exponentialDecay', 'gamma', gamma, 'use 0.999')
  return (step) => learningRate * gamma ** step
}

export interface InverseDecayOptions extends RateOptions {
  /** How fast it falls, per step. */
  readonly gamma: number
  /** Default 1. */
  readonly power?: number
}

/** `rate * (1 + gamma * step)^-power` (inv). */
export function inverseDecay(options: InverseDecayOptions): Schedule {
  checkNames('inverseDecay', options, ['learningRate', 'gamma', 'power'])
  const { learningRate, gamma, power = 1 } = options
  checkLearningRate('inverseDecay', learningRate)
  checkAtLeastZero('inverseDecay', 'gamma', gamma, 'use 1e-4')
  checkAtLeastZero('inverseDecay', 'power', power, 'use 1')
  return (step) => learningRate * (1 + gamma * step) ** -power
}

export interface PolynomialDecayOptions extends RateOptions {
  /** The step at which it reaches 0 and stays there. */
  readonly totalSteps: number
  /** Default 1: a straight line. */
  readonly power?: number
}

/** `rate * (1 - step / totalSteps)^power` (poly). */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  checkNames('polynomialDecay', options, ['learningRate', 'totalSteps', 'power'])
  const { learningRate, totalSteps, power = 1 } = options
  checkLearningRate('polynomialDecay', learningRate)
  checkSteps('polynomialDecay', 'totalSteps', totalSteps)
  checkAtLeastZero('polynomialDecay', 'power', power, 'use 1')
  return (step) => learningRate * (1 - Math.min(step, totalSteps) / totalSteps) ** power
}

export interface SigmoidDecayOptions extends RateOptions {
  /** The step at which half of the rate is left. */
  readonly stepSize: number
  /** Steepness per step; negative for a rate that falls, positive for one that rises. */
  readonly gamma: number
}

/** `rate / (1 + exp(-gamma * (step - stepSize)))` (sigmoid). */
export function sigmoidDecay(options: SigmoidDecayOptions): Schedule {
  checkNames('sigmoidDecay', options, ['learningRate', 'stepSize', 'gamma'])
  const { learningRate, stepSize, gamma } = options
  checkLearningRate('sigmoidDecay', learningRate)
  checkSteps('sigmoidDecay', 'stepSize', stepSize, 0)
  if (!Number.isFinite(gamma)) refuse('sigmoidDecay', 'gamma must be a number', 'gamma', gamma, 'use -0.05')
  return (step) => learningRate / (1 + Math.exp(-gamma * (step - stepSize)))
}

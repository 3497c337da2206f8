/** The checks of hyperparameters that several optimizers and schedules share; each throws a three-line error. */
import { ThalwegError } from '../base/index.ts'

/** A learning rate is a finite number of at least 0. */
export function checkLearningRate(owner: string, value: number, option = 'learningRate'): void {
  checkAtLeastZero(owner, option, value, 'give a positive rate, such as 0.01 or 0.001')
}

/** A share of old values that is kept (momentum, beta, rho): in [0, 1). */
export function checkShare(owner: string, option: string, value: number): void {
  if (typeof value === 'number' && value >= 0 && value < 1) return
  refuse(owner, `${option} must lie in [0, 1)`, option, value, `give ${option} 0.9, or leave it out`)
}

export function checkPositive(owner: string, option: string, value: number, advice: string): void {
  if (value > 0 && Number.isFinite(value)) return
  refuse(owner, `${option} must be a finite number above 0`, option, value, advice)
}

export function checkAtLeastZero(owner: string, option: string, value: number, advice: string): void {
  if (value >= 0 && Number.isFinite(value)) return
  refuse(owner, `${option} must be a finite number of at least 0`, option, value, advice)
}

/** A length in steps: a whole number of at least `least`. */
export function checkSteps(owner: string, option: string, value: number, least = 1): void {
  checkWhole(owner, option, value, { least, advice: 'a count of steps' })
}

/** A length in epochs. */
export function checkEpochs(owner: string, option: string, value: number): void {
  checkWhole(owner, option, value, { least: 1, advice: 'a count of epochs' })
}

/** The number of an epoch. */
export function checkEpoch(owner: string, option: string, value: number): void {
  checkWhole(owner, option, value, { least: 1, advice: 'the number of an epoch, from 1' })
}

function checkWhole(
  owner: string,
  option: string,
  value: number,
  { least, advice }: { readonly least: number; readonly advice: string },
): void {
  if (Number.isSafeInteger(value) && value >= least) return
  refuse(owner, `${option} must be a whole number of at least ${least}`, option, value, `give ${option} ${advice}`)
}

/** What divides by a root of squares needs something to add to it. */
export function checkEpsilon(owner: string, value: number): void {
  checkPositive(owner, 'epsilon', value, 'use 1e-8')
}

export function checkWeightDecay(owner: string, value: number): void {
  checkAtLeastZero(owner, 'weightDecay', value, 'use 0 for none, or a small number such as 1e-4')
}

/** What Adam and its kin have in common: two moving averages, of the gradient and of its size, and what belongs to them. */
export interface Moments {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

export function checkMoments(owner: string, { learningRate, beta1, beta2, epsilon, weightDecay }: Moments): void {
  checkLearningRate(owner, learningRate)
  checkShare(owner, 'beta1', beta1)
  checkShare(owner, 'beta2', beta2)
  checkEpsilon(owner, epsilon)
  checkWeightDecay(owner, weightDecay)
}

export function checkChoice(owner: string, option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  refuse(owner, `${option} must be one of ${choices.join(', ')}`, option, value, `give ${option} '${choices[0]}'`)
}

export function refuse(owner: string, rule: string, option: string, value: unknown, advice: string): never {
  throw new ThalwegError('optim/bad-option', {
    rule: `${owner}: ${rule}`,
    received: `${option} ${String(value)}`,
    try: advice,
  })
}

/** The names that `fit` and experiments take, complete by their types. */
import { checkBag, checkKnown } from '../base/index.ts'

export type Names<Options> = Readonly<Record<keyof Options, unknown>>

/** Those that both take. */
export const SHARED = {
  loss: 0,
  optimizer: 0,
  epochs: 0,
  batchSize: 0,
  seed: 0,
  order: 0,
  schedule: 0,
  metric: 0,
  earlyStopping: 0,
  keepBest: 0,
  statistics: 0,
  groups: 0,
  clip: 0,
  accumulate: 0,
  penalty: 0,
  constraint: 0,
  average: 0,
  momentumSchedule: 0,
} as const

/** Names of Keras, PyTorch and others, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  callbacks: ['onEvent'],
  criterion: ['loss'],
  data: ['train'],
  initial: ['initialize'],
  initializer: ['initialize'],
  lr: ['optimizer'],
  learningrate: ['optimizer'],
  learning_rate: ['optimizer'],
  monitor: ['metric'],
  patience: ['earlyStopping'],
  regularizer: ['penalty'],
  shuffle: ['order'],
}

/** @throws ThalwegError `train/unknown-option` with near names; `train/bad-option` where it is no bag of options at all */
export function checkNames<Options extends object>(owner: string, given: Options, known: Names<Options>): void {
  const names = Object.keys(known)
  checkBag('train/bad-option', owner, given, names)
  checkKnown('train/unknown-option', owner, given, names, ELSEWHERE)
}

/** The checks that several layers share; each throws a three-line error that starts with the layer's kind. */
import { checkBag, checkKnown, formatShape, type Shape, ThalwegError } from '../base/index.ts'

/** Names of Keras and PyTorch, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  affine: ['gamma', 'beta'],
  center: ['beta'],
  elementwise_affine: ['gamma', 'beta'],
  eps: ['epsilon'],
  kernel_initializer: ['initializer'],
  kernelinitializer: ['initializer'],
  p: ['rate'],
  scale: ['gamma'],
  stddev: ['deviation'],
  std: ['deviation'],
  stride: ['strides'],
  weight: ['classWeights'],
}

/**
 * The names in a bag of options. `known` has one for each that the options' type has: written as what they were taken
 * apart into, `{ epsilon, gamma, name }`, so that none can be forgotten.
 *
 * @throws ThalwegError `nn/unknown-option` with near names; `nn/bad-option` where it is no bag at all
 */
export function checkNames<Options extends object>(
  owner: string,
  given: Options,
  known: Readonly<Record<keyof Options, unknown>>,
): void {
  const names = Object.keys(known)
  checkBag('nn/bad-option', owner, given, names)
  checkKnown('nn/unknown-option', owner, given, names, ELSEWHERE)
}

/** A count of units, filters, pieces: a whole number of at least 1. */
export function checkCount(layer: string, option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must be a whole number of at least 1`,
    received: `${option} ${value}`,
    try: `give ${option} a whole number, such as 16`,
  })
}

/** The size of a window that has a middle. */
export function checkOdd(layer: string, option: string, value: number): void {
  if (value % 2 === 1) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must be odd, so that the window has a middle`,
    received: `${option} ${value}`,
    try: `give ${option} ${value + 1}`,
  })
}

/** The share of what is dropped or kept: a number in [0, 1). */
export function checkShare(layer: string, option: string, value: number, advice: string): void {
  if (value >= 0 && value < 1) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must lie in [0, 1)`,
    received: `${option} ${value}`,
    try: advice,
  })
}

export function checkPositive(layer: string, option: string, value: number, advice: string): void {
  if (value > 0 && Number.isFinite(value)) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must be a finite number above 0`,
    received: `${option} ${value}`,
    try: advice,
  })
}

export function checkFinite(layer: string, option: string, value: number): void {
  if (Number.isFinite(value)) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must be a finite number`,
    received: `${option} ${value}`,
    try: `give ${option} a number`,
  })
}

/** Channels, the last axis of `shape`, and filters are split into groups of one size. */
export function checkGroups(layer: string, groups: number, shape: Shape, filters: number): void {
  if (shape[shape.length - 1] % groups === 0 && filters % groups === 0) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: groups must divide the input channels and the filters`,
    received: `groups ${groups}, input ${formatShape(shape)}, filters ${filters}`,
    try: 'use groups 1, or change the number of channels or filters',
  })
}

/** What a layer is given: `meaning` says it in words, `[batch, features]`. */
export function checkRank(
  layer: string,
  shape: Shape,
  ranks: readonly number[],
  meaning: string,
  advice: string,
): void {
  if (ranks.includes(shape.length)) return
  throw new ThalwegError('nn/bad-input-shape', {
    rule: `${layer}: the input must be ${meaning}`,
    received: formatShape(shape),
    try: advice,
  })
}

export function checkChoice(layer: string, option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  throw new ThalwegError('nn/bad-option', {
    rule: `${layer}: ${option} must be one of ${choices.join(', ')}`,
    received: `${option} ${String(value)}`,
    try: `give ${option} '${choices[0]}', or leave it out`,
  })
}

/** For rules that only one layer or initializer has. */
export function refuse(what: string, rule: string, received: string, advice: string): never {
  throw new ThalwegError('nn/bad-option', { rule: `${what}: ${rule}`, received, try: advice })
}

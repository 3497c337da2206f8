/**
 * Pacing functions of a curriculum: the share of the examples, from the easiest on, that training draws from at a time
 * counted in epochs. After Bengio et al. ("Curriculum learning", ICML 2009), Hacohen and Weinshall ("On the power of
 * curriculum learning in training deep networks", ICML 2019) and Platanios et al. ("Competence-based curriculum learning",
 * NAACL 2019).
 */

import { ThalwegError } from '../../base/index.ts'
import { checkNames } from '../checks.ts'

export interface Pacing {
  readonly name: string
  readonly options: Readonly<Record<string, number>>
  /** In (0, 1], for a time of at least 0 epochs. */
  share(time: number): number
}

export interface PacingOptions {
  /** The share at the beginning, in (0, 1]. */
  readonly start: number
  /** When all examples are in, above 0. */
  readonly epochs: number
}

/** `start + (1 - start) t / epochs`. */
export function linearPacing(options: PacingOptions): Pacing {
  const { start, epochs } = options
  checkNames('linearPacing', options, { start, epochs })
  check('linearPacing', { start, epochs })
  return pacing('linear', { start, epochs }, (time) => start + ((1 - start) * time) / epochs)
}

/**
 * `(start^p + (1 - start^p) t / epochs)^(1/p)`: fast at first, then slower, so that what is new is a like share of what is
 * there (Platanios et al., equation 7).
 */
export function rootPacing(options: PacingOptions & { readonly degree?: number }): Pacing {
  const { start, epochs, degree = 2 } = options
  checkNames('rootPacing', options, { start, epochs, degree })
  check('rootPacing', { start, epochs, degree })
  const begin = start ** degree
  return pacing('root', { start, epochs, degree }, (time) => (begin + ((1 - begin) * time) / epochs) ** (1 / degree))
}

/** The share `start` until `epochs`, then everything: the baby step of Bengio et al., "single step" in Hacohen and Weinshall. */
export function stepPacing(options: PacingOptions): Pacing {
  const { start, epochs } = options
  checkNames('stepPacing', options, { start, epochs })
  check('stepPacing', { start, epochs })
  return pacing('step', { start, epochs }, (time) => (time < epochs ? start : 1))
}

export interface ExponentialPacingOptions {
  /** The share at the beginning, in (0, 1]. */
  readonly start: number
  /** What the share is multiplied with each time, above 1. Default 1.9, as in the paper. */
  readonly increase?: number
  /** Epochs from one time to the next, above 0. */
  readonly every: number
}

/** `start * increase^floor(t / every)`: the "fixed exponential pacing" of Hacohen and Weinshall. */
export function exponentialPacing(options: ExponentialPacingOptions): Pacing {
  const { start, increase = 1.9, every } = options
  checkNames('exponentialPacing', options, { start, increase, every })
  check('exponentialPacing', { start, every })
  if (!(increase > 1 && Number.isFinite(increase)))
    throw bad('exponentialPacing', 'increase', increase, 'above 1', '1.9')
  const share = (time: number): number => start * increase ** Math.floor(time / every)
  return pacing('exponential', { start, increase, every }, share)
}

function pacing(name: string, options: Record<string, number>, share: (time: number) => number): Pacing {
  return { name, options, share: (time) => Math.min(1, share(time)) }
}

function check(name: string, { start, ...above }: { start: number; epochs?: number; every?: number; degree?: number }) {
  if (!(start > 0 && start <= 1)) throw bad(name, 'start', start, 'a share in (0, 1]', '0.1')
  for (const [option, value] of Object.entries(above)) {
    if (!(value > 0 && Number.isFinite(value))) throw bad(name, option, value, 'a finite number above 0', '2')
  }
}

function bad(name: string, option: string, value: number, rule: string, example: string): ThalwegError {
  return new ThalwegError('data/bad-pacing', {
    rule: `${name}: ${option} must be ${rule}`,
    received: `${option} ${value}`,
    try: `give ${option} ${example}`,
  })
}

/** The checks that several files of this room share; each throws a three-line error that starts with what was called. */
import { checkBag, checkKnown, ThalwegError } from '../base/index.ts'

/** Names of Optuna, Ray Tune and scikit-learn, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  callbacks: ['onEvent'],
  max_resource: ['max'],
  max_t: ['max'],
  min_resource: ['min'],
  grace_period: ['min'],
  n_bins: ['bins'],
  n_ei_candidates: ['candidates'],
  n_estimators: ['trees'],
  n_startup_trials: ['startup'],
  n_trials: ['trials'],
  n_warmup_steps: ['warmUp'],
  random_state: ['seed'],
  reduction_factor: ['eta'],
  timeout: ['timeLimitMs'],
  voting: ['combine'],
}

/**
 * The names in a bag of options; `known` has one for each that the options' type has.
 *
 * @throws ThalwegError `tune/unknown-option` with near names; `tune/bad-option` where it is no bag at all
 */
export function checkNames<Options extends object>(
  what: string,
  given: Options,
  known: Readonly<Record<keyof Options, unknown>>,
): void {
  const names = Object.keys(known)
  checkBag('tune/bad-option', what, given, names)
  checkKnown('tune/unknown-option', what, given, names, ELSEWHERE)
}

export function checkCount(what: string, option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new ThalwegError('tune/bad-option', {
    rule: `${what}: ${option} must be an integer of at least ${least}`,
    received: String(value),
    try: `give ${option}: ${Math.max(least, 1)}, or more`,
  })
}

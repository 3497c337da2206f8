/**
 * Option bags, completed and held to what exists. TypeScript refuses `adam({ lr: 1 })`; JavaScript would train with the
 * default rate and say nothing, so it is refused at run time too, and by the name that PyTorch, Keras or Caffe use.
 */
import { checkBag, checkKnown, ThalwegError } from '../base/index.ts'

/** The names of other libraries, where no edit distance leads to ours. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  alpha: ['rho', 'slowShare'],
  base_lr: ['learningRate'],
  base_momentum: ['leastMomentum'],
  betas: ['beta1', 'beta2'],
  decay: ['weightDecay'],
  div_factor: ['startDivisor'],
  eps: ['epsilon'],
  eta_min: ['leastRate'],
  etas: ['shrink', 'grow'],
  final_div_factor: ['endDivisor'],
  k: ['syncSteps'],
  lr: ['learningRate', 'maxLearningRate'],
  lr_decay: ['rateDecay'],
  max_iter: ['totalSteps'],
  max_lr: ['maxLearningRate'],
  max_momentum: ['mostMomentum'],
  max_norm: ['norm'],
  min_lr: ['leastRate'],
  momentum: ['beta1'],
  pct_start: ['riseShare'],
  power_t: ['power'],
  steps: ['totalSteps'],
  stepvalue: ['milestones'],
  t_0: ['period'],
  t_max: ['totalSteps'],
  t_mult: ['periodFactor'],
  total_iters: ['totalSteps'],
  wd: ['weightDecay'],
}

/**
 * `given` with `defaults` for what is left out.
 *
 * @throws ThalwegError `optim/unknown-option` with near names; `optim/bad-option` for a value of another type than the
 * default's
 */
export function completed<Options extends object>(owner: string, given: Partial<Options>, defaults: Options): Options {
  checkNames(owner, given, Object.keys(defaults))
  const standards = new Map<string, unknown>(Object.entries(defaults))
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [option, value] of present) {
    const standard = standards.get(option)
    if (typeof value === typeof standard) continue
    throw new ThalwegError('optim/bad-option', {
      rule: `${owner}: ${option} must be a ${typeof standard}`,
      received: `${option} ${typeof value === 'function' ? 'a function' : JSON.stringify(value)}`,
      try: `give ${option} ${String(standard)}, or leave it out`,
    })
  }
  return { ...defaults, ...Object.fromEntries(present) }
}

/** @throws ThalwegError `optim/unknown-option`; `optim/bad-option` where `given` is no bag of options at all */
export function checkNames(owner: string, given: object, known: readonly string[]): void {
  checkBag('optim/bad-option', owner, given, known)
  checkKnown('optim/unknown-option', owner, given, known, ELSEWHERE)
}

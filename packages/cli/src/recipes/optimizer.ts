/** Optimizers as the command line names them, and what options say about them. */
import { suggest } from 'thalweg/base'
import { createOptimizer, isOptimizerName, optimizers, wrapperNames } from 'thalweg/optim'
import { usage } from '../errors.ts'
import { idle } from './idle.ts'
import type { Recipe } from './recipe.ts'

export const optimizerNames: readonly string[] = Object.keys(optimizers)

export interface OptimizerOverrides {
  readonly optimizer?: string | undefined
  readonly learningRate?: number | undefined
  readonly momentum?: number | undefined
  /** That the momentum comes to over the run: then it may be Adam's and others' beta1, too. */
  readonly finalMomentum?: number | undefined
  readonly weightDecay?: number | undefined
}

/**
 * Another optimizer comes with its own options; what is said of it goes to the recipe's otherwise.
 *
 * @throws ThalwegError `usage/unknown-optimizer`, `usage/idle-option`; `optim/bad-option`
 */
export function chooseOptimizer(
  base: Recipe['optimizer'],
  { optimizer: name = base.name, learningRate, momentum, weightDecay, finalMomentum }: OptimizerOverrides,
): Recipe['optimizer'] {
  if (name === base.name && learningRate === undefined && momentum === undefined && weightDecay === undefined)
    return base
  // An experiment's own may be one around another; it has its options with it.
  if (name !== base.name) checkOptimizerName('--optimizer', name)
  const own = name === base.name ? base.options : {}
  const { options: standard, momentum: scheduled } = createOptimizer(name, own)
  const isBeta = finalMomentum !== undefined && scheduled !== undefined && !Object.hasOwn(standard, 'momentum')
  const share = isBeta ? 'beta1' : 'momentum'
  for (const [flag, option, value] of [
    ['--momentum', share, momentum],
    ['--weight-decay', 'weightDecay', weightDecay],
  ] as const) {
    if (value === undefined || Object.hasOwn(standard, option)) continue
    const takers = Object.entries(optimizers).filter(([, make]) => Object.hasOwn(make().options, option))
    throw idle(flag, `the optimizer ${name}`, `--optimizer ${takers.map(([taker]) => taker).join(', or ')}`)
  }
  const made = createOptimizer(name, {
    ...own,
    ...(learningRate !== undefined && { learningRate }),
    ...(momentum !== undefined && { [share]: momentum }),
    ...(weightDecay !== undefined && { weightDecay }),
  })
  return { name, options: { ...made.options } }
}

/** @throws ThalwegError `usage/idle-option` where a schedule of the momentum would change nothing */
export function checkFinalMomentum(final: number | undefined, { name, options }: Recipe['optimizer']): void {
  if (final === undefined) return
  const { momentum } = createOptimizer(name, options)
  const beginning = '--momentum 0.5, to begin there'
  if (momentum === final) throw idle('--final-momentum', `a momentum that is ${final} from the beginning`, beginning)
  if (momentum !== undefined) return
  if (options.momentum === 0 && name === 'sgd') throw idle('--final-momentum', 'sgd without a momentum', beginning)
  const none = `the optimizer ${name} without a momentum that a schedule changes`
  throw idle('--final-momentum', none, '--optimizer momentum, or adam')
}

/** What else they are called, where the name is not near: PyTorch's and Keras's options of SGD, and short forms of papers. */
const alsoCalled: Readonly<Record<string, string>> = {
  nag: 'nesterov',
  sgdm: 'momentum',
  heavyball: 'momentum',
  amsgrad: 'adam',
}

/** @throws ThalwegError `usage/unknown-optimizer` with near names; for one that goes around another, what to do instead */
export function checkOptimizerName(flag: string, name: string): void {
  if (isOptimizerName(name)) return
  const plain = name.toLowerCase().replaceAll(/[-_ ]/g, '')
  const wrapper = wrapperNames.find((one) => one.toLowerCase() === plain)
  const other = alsoCalled[plain]
  if (wrapper === undefined) {
    throw usage('unknown-optimizer', {
      rule: `${flag} must name an optimizer that exists`,
      received: name === '' ? 'nothing' : name,
      try: other === undefined ? suggest(name, optimizerNames, 'optimizers') : `${flag} ${other}`,
    })
  }
  const inside = wrapper === 'decoupledDecay' ? 'sgd' : 'adam'
  const alone = wrapper === 'decoupledDecay' ? `${flag} adamw, which is Adam with it` : `${flag} ${inside}`
  throw usage('unknown-optimizer', {
    rule: `${flag} must name an optimizer that stands by itself`,
    received: `${wrapper}, which goes around another one`,
    try: `${alone}; or write ${wrapper}(${inside}()) in an experiment file`,
  })
}

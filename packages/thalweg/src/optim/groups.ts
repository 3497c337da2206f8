/**
 * Groups of parameters that are trained in another way than the rest: at another rate, with another decay, frozen
 * (Caffe's lr_mult and decay_mult, PyTorch's param_groups). A parameter belongs to the first group that matches it; those
 * that none matches are trained as everything is.
 */
import { formatShape, type Shape, ThalwegError } from '../base/index.ts'
import { checkAtLeastZero } from './checks.ts'
import type { Constraint } from './constraint.ts'
import type { Optimizer } from './optimizer.ts'
import { checkNames } from './options.ts'
import type { Penalty } from './penalty.ts'

/** What can be known of a parameter before anything is trained. */
export interface ParameterDescription {
  /** `block2.conv1.kernel` */
  readonly path: string
  readonly shape: Shape
  /** Whether its layer lets weight decay at it: false for biases, gammas and betas. */
  readonly decay: boolean
}

export interface ParameterGroup {
  /**
   * Which parameters: a regular expression for their paths (`/^conv/`), the path of a parameter or of a layer that holds
   * it (`'block2'`), or a function.
   */
  readonly match: RegExp | string | ((parameter: ParameterDescription) => boolean)
  /** What the learning rate is multiplied with; 0 freezes. Default 1. */
  readonly rate?: number
  /** What weight decay and penalties are multiplied with. Default 1. */
  readonly decay?: number
  /** Whether weight decay, penalties and constraints leave out biases, gammas and betas. Default true; Caffe and PyTorch have false. */
  readonly spareBiases?: boolean
  /**
   * Another optimizer. Its rate follows the schedule in proportion: where that gives half of the main optimizer's rate,
   * this one has half of its own. A schedule of momentum is the main optimizer's alone.
   */
  readonly optimizer?: Optimizer
  /** Instead of the penalty for all; `none` for none. */
  readonly penalty?: Penalty | 'none'
  /** Instead of the constraint for all; `none` for none. */
  readonly constraint?: Constraint | 'none'
}

/** How one parameter is trained. */
export interface ParameterRules {
  readonly optimizer: Optimizer
  /** Whether the schedules of momentum are for this one. */
  readonly isMain: boolean
  /** What the learning rate of the step is multiplied with; 0 where the parameter is frozen. */
  readonly rate: number
  readonly decay: number
  readonly penalty: Penalty | undefined
  readonly constraint: Constraint | undefined
}

export interface SharedRules {
  readonly optimizer: Optimizer
  readonly groups?: readonly ParameterGroup[] | undefined
  readonly penalty?: Penalty | undefined
  readonly constraint?: Constraint | undefined
}

/** The rules of one parameter, by its group or by what holds for all. */
export function rulesOf(parameter: ParameterDescription, shared: SharedRules): ParameterRules {
  const group: Partial<ParameterGroup> = shared.groups?.find(({ match }) => isMatch(match, parameter)) ?? {}
  const { rate = 1, decay = 1, spareBiases = true } = group
  const { penalty = shared.penalty, constraint = shared.constraint, optimizer = shared.optimizer } = group
  const isSpared = spareBiases && !parameter.decay
  const ownDecay = isSpared ? 0 : decay
  const isConstrained = constraint !== 'none' && parameter.shape.length >= 2 && !isSpared
  return {
    optimizer,
    isMain: optimizer === shared.optimizer,
    rate: rate * rateRatio(optimizer, shared.optimizer),
    decay: ownDecay,
    penalty: penalty === 'none' || ownDecay === 0 ? undefined : penalty,
    constraint: isConstrained ? constraint : undefined,
  }
}

/** A group's own rate over the main one, which the step is given. */
function rateRatio(own: Optimizer, main: Optimizer): number {
  return own === main ? 1 : own.learningRate / main.learningRate
}

const NAMES: readonly (keyof ParameterGroup)[] = [
  'match',
  'rate',
  'decay',
  'spareBiases',
  'optimizer',
  'penalty',
  'constraint',
]

/** @throws ThalwegError `optim/bad-option`, `optim/unknown-option` */
export function checkGroups(groups: readonly ParameterGroup[], main: Optimizer): void {
  for (const group of groups) {
    checkNames('groups', group, NAMES)
    checkAtLeastZero('groups', 'rate', group.rate ?? 1, 'use 0 to freeze the group, 0.1 for a tenth of the rate')
    checkAtLeastZero('groups', 'decay', group.decay ?? 1, 'use 0 for no weight decay in the group')
    if (group.optimizer === undefined || main.learningRate > 0) continue
    throw new ThalwegError('optim/bad-option', {
      rule: 'groups: beside a group with an optimizer of its own, the main one must have a rate above 0',
      received: `${main.name} with learningRate ${main.learningRate}`,
      try: `give ${main.name} a rate; the group's follows it in proportion`,
    })
  }
}

/**
 * @throws ThalwegError `optim/empty-group` for a group that no parameter belongs to, with the paths that there are
 */
export function checkMembers(groups: readonly ParameterGroup[], parameters: readonly ParameterDescription[]): void {
  for (const [index, { match }] of groups.entries()) {
    const matching = parameters.filter((parameter) => isMatch(match, parameter))
    const earlier = groups.slice(0, index)
    if (matching.some((parameter) => !earlier.some((group) => isMatch(group.match, parameter)))) continue
    const taken = matching.length > 0
    throw new ThalwegError('optim/empty-group', {
      rule: `groups: a group must ${taken ? 'have parameters that no earlier one has' : 'match at least one parameter'}`,
      received: `match ${describeMatch(match)} for ${(taken ? matching : parameters).map(describe).join(', ')}`,
      try: taken ? 'put this group first, or leave it out' : 'match one of these paths, or the beginning of one',
    })
  }
}

function describe({ path, shape }: ParameterDescription): string {
  return `${path} ${formatShape(shape)}`
}

/** A match as it is told, and as checkpoints compare it. */
export function describeMatch(match: ParameterGroup['match']): string {
  return typeof match === 'string' ? `'${match}'` : String(match)
}

function isMatch(match: ParameterGroup['match'], parameter: ParameterDescription): boolean {
  const { path } = parameter
  if (typeof match === 'function') return match(parameter)
  // Not test(), which begins where it last stopped if the expression is global.
  if (match instanceof RegExp) return path.search(match) >= 0
  return path === match || path.startsWith(`${match}.`)
}

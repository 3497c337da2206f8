/** How gradients become updates, beside the optimizer: what `fit` and experiment files take under these names. */
import { checkMade, ThalwegError } from '../base/index.ts'
import type { Average } from './average.ts'
import { checkSteps } from './checks.ts'
import type { Clip } from './clip.ts'
import type { Constraint } from './constraint.ts'
import { checkGroups, describeMatch, type ParameterGroup } from './groups.ts'
import type { Optimizer } from './optimizer.ts'
import type { Penalty } from './penalty.ts'
import type { Schedule } from './schedules/schedule.ts'

export interface UpdateRules {
  /** Parameters that are trained in another way than the rest; each belongs to the first group that matches it. */
  readonly groups?: readonly ParameterGroup[] | undefined
  /** What is done about gradients that are too large: `clipByGlobalNorm(1)`. Default nothing. */
  readonly clip?: Clip | undefined
  /** How many batches make one update (Caffe's iter_size); the last update of an epoch takes those that are left. Default 1. */
  readonly accumulate?: number | undefined
  /** What the size of the weights costs: `l2(1e-4)`. Default nothing. */
  readonly penalty?: Penalty | undefined
  /** Where weights may be: `maxNorm(3)`. Default anywhere. */
  readonly constraint?: Constraint | undefined
  /** An average of the weights that is kept beside them: `ema()`, `swa({ startEpoch: 8 })`. Default none. */
  readonly average?: Average | undefined
  /** The optimizer's momentum (Adam's beta1) in each update, from 0. Default its own. It never compiles anew. */
  readonly momentumSchedule?: Schedule | undefined
}

/** What a rule's object has to have, and an example of one. */
const MADE = {
  clip: ['apply', 'clipByGlobalNorm(1)'],
  penalty: ['value', 'l2(1e-4)'],
  constraint: ['apply', 'maxNorm(3)'],
  average: ['share', 'ema()'],
} as const

/** The rules of `options` alone. */
export function rulesIn({
  groups,
  clip,
  accumulate,
  penalty,
  constraint,
  average,
  momentumSchedule,
}: UpdateRules): UpdateRules {
  return { groups, clip, accumulate, penalty, constraint, average, momentumSchedule }
}

/** @throws ThalwegError `optim/bad-option`, `optim/unknown-option` */
export function checkRules(rules: UpdateRules, optimizer: Optimizer): void {
  const { groups = [], accumulate = 1, momentumSchedule } = rules
  checkSteps('accumulate', 'accumulate', accumulate)
  checkGroups(groups, optimizer)
  const given: Readonly<Record<string, unknown>> = { ...rules }
  for (const [option, [member, example]] of Object.entries(MADE)) {
    if (given[option] === undefined) continue
    checkMade('optim/bad-option', given[option], { owner: option, option, member, example })
  }
  if (momentumSchedule === undefined) return
  if (optimizer.momentum === undefined) {
    throw new ThalwegError('optim/bad-option', {
      rule: 'momentumSchedule: the optimizer must have a momentum that can change',
      received: `${optimizer.name} ${JSON.stringify(optimizer.options)}`,
      try: 'use sgd({ momentum: 0.9 }), momentum(), nesterov(), adam() or another with a momentum',
    })
  }
  momentumAt(momentumSchedule, 0)
}

/**
 * The momentum of an update, from 0.
 *
 * @throws ThalwegError `optim/bad-momentum`
 */
export function momentumAt(schedule: Schedule, update: number): number {
  const momentum = schedule(update)
  if (momentum >= 0 && momentum < 1) return momentum
  throw new ThalwegError('optim/bad-momentum', {
    rule: 'momentumSchedule: a momentum must lie in [0, 1)',
    received: `${momentum} in update ${update}`,
    try: 'linear({ from: 0.5, to: 0.9, steps: 1000 })',
  })
}

/** The rules as plain data, for comparing two sittings of one run; undefined where there are none. */
export function describeRules(rules: UpdateRules): Readonly<Record<string, unknown>> | undefined {
  const { groups = [], accumulate = 1, clip, penalty, constraint, average } = rules
  const described = {
    ...(groups.length > 0 && { groups: groups.map(describeGroup) }),
    ...(accumulate > 1 && { accumulate }),
    ...(clip && { clip: description(clip) }),
    ...(penalty && { penalty: description(penalty) }),
    ...(constraint && { constraint: description(constraint) }),
    ...(average && { average: description(average) }),
  }
  return Object.keys(described).length > 0 ? described : undefined
}

function describeGroup({ match, optimizer, penalty, constraint, ...numbers }: ParameterGroup): unknown {
  return {
    match: describeMatch(match),
    ...numbers,
    ...(optimizer && { optimizer: description(optimizer) }),
    ...(penalty && { penalty: penalty === 'none' ? penalty : description(penalty) }),
    ...(constraint && { constraint: constraint === 'none' ? constraint : description(constraint) }),
  }
}

function description({ name, options }: { readonly name: string; readonly options: unknown }): unknown {
  return { name, options }
}

/** Options of `fit` that are objects or functions, held to being so: JavaScript does not mind `schedule: 'cosine'`. */
import { checkMade, nameOf, ThalwegError } from '../base/index.ts'

/** What an option's object has to have, or `call` for functions; and an example of one. */
const KINDS = {
  train: ['fill', 'arrays({ ... }), or a reader of thalweg/data'],
  valid: ['fill', 'arrays({ ... }), or a part of split(...)'],
  test: ['fill', 'arrays({ ... }), or a part of split(...)'],
  loss: ['forward', 'crossEntropy(), with its parentheses'],
  optimizer: ['update', 'adam(), with its parentheses'],
  order: ['over', 'shuffled(), with its parentheses'],
  momentumSchedule: ['call', '(step) => 0.9, or a schedule such as cosine'],
  babysit: ['watch', "advise(), from 'thalweg/diagnose'"],
  checkpoint: ['save', '{ save(bytes) { ... } }'],
  resume: ['arrays', 'decodeCheckpoint(bytes, file)'],
  store: ['entries', 'createStore(), or the store of an earlier run'],
  signal: ['addEventListener', 'the signal of an AbortController'],
  onEvent: ['call', '(event) => ...'],
} as const

/**
 * @param owner who was called: `fit`
 * @param required what may not be left out
 * @throws ThalwegError `train/bad-option`
 */
export function checkKinds(
  owner: string,
  options: { readonly groups?: unknown; readonly schedule?: unknown },
  required: readonly (keyof typeof KINDS)[],
): void {
  const check = (option: string, value: unknown, has: string, example: string): void => {
    if (has !== 'call') checkMade('train/bad-option', value, { owner, option, member: has, example })
    else if (typeof value !== 'function')
      refuse(owner, `${option} must be a function`, value, `give ${option}: ${example}`)
  }
  const given: Readonly<Record<string, unknown>> = { ...options }
  const needed: readonly string[] = required
  for (const [option, [has, example]] of Object.entries(KINDS))
    if (needed.includes(option) || given[option] !== undefined) check(option, given[option], has, example)
  const { schedule, groups } = options
  const schedules = 'cosine({ ... }), a function of the step, or reduceOnPlateau({ ... })'
  if (schedule !== undefined && typeof schedule !== 'function') check('schedule', schedule, 'next', schedules)
  if (groups !== undefined && !Array.isArray(groups))
    refuse(owner, 'groups must be a list', groups, 'give groups: [{ match: /^conv/, rate: 0.1 }]')
}

function refuse(owner: string, rule: string, value: unknown, advice: string): never {
  throw new ThalwegError('train/bad-option', { rule: `${owner}: ${rule}`, received: nameOf(value), try: advice })
}

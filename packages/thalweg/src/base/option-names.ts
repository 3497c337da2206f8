/**
 * Option bags, held to the names that there are. TypeScript refuses `dense(8, { biass: false })`; JavaScript, and a file
 * that runs without being checked, would take the default and say nothing. Each room throws under codes of its own.
 */
import { ThalwegError } from './errors.ts'
import { suggest } from './near.ts'

/** Throws `code` where `given` is no bag of options at all, as in `dense(8, 'relu')`. */
export function checkBag(code: string, owner: string, given: unknown, known: readonly string[]): void {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return
  const [first] = known
  const example = typeof given === 'number' ? `write { ${first}: ${given} }` : `write { ${first}: ... }`
  throw new ThalwegError(code, {
    rule: `${owner}: options must be given by name`,
    received: nameOf(given),
    try: first === undefined ? 'leave it out; there are no options' : `${example}, or one of ${known.join(', ')}`,
  })
}

/**
 * Throws `code` where a name in `given` is not `known`. Near names are suggested, and those that stand `elsewhere`, by the
 * names that other libraries use, in lower case.
 */
export function checkKnown(
  code: string,
  owner: string,
  given: object,
  known: readonly string[],
  elsewhere: Readonly<Record<string, readonly string[]>> = {},
): void {
  const unknown = Object.keys(given).find((option) => !known.includes(option))
  if (unknown === undefined) return
  const ours = elsewhere[unknown.toLowerCase()]?.filter((option) => known.includes(option)) ?? []
  throw new ThalwegError(code, {
    rule: `${owner}: the option must be one of those that it has`,
    received: unknown,
    try:
      ours.length > 0
        ? `did you mean ${ours.map((option) => JSON.stringify(option)).join(' and ')}?`
        : known.length > 0
          ? suggest(unknown, known, 'options')
          : 'leave it out; there are no options',
  })
}

/** What an option has to be: an object that has `member`, as `example` makes one. */
export interface MadeOption {
  readonly owner: string
  readonly option: string
  readonly member: string
  readonly example: string
}

/** Throws `code` where `value` is no such object: `adam` for `adam()` is soon written, and JavaScript does not mind. */
export function checkMade(code: string, value: unknown, { owner, option, member, example }: MadeOption): void {
  if (typeof value === 'object' && value !== null && member in value) return
  throw new ThalwegError(code, {
    rule: `${owner}: ${option} must be an object that has ${member}`,
    received: nameOf(value),
    try: `give ${option}: ${example}`,
  })
}

/** What was received, for an error: functions by their names, objects by those of their fields. */
export function nameOf(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value)
  return `an object with ${Object.keys(value).join(', ') || 'no fields'}`
}

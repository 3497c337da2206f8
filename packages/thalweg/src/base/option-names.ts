/**
 * Option bags, held to the names that there are. TypeScript refuses `dense(8, { biass: false })`; JavaScript, and a file
 * that runs without being checked, would take the default and say nothing. Each room throws under codes of its own.
 */
import type { ErrorParts } from './errors.ts'
import { suggest } from './near.ts'

/** What is wrong with `given` where it is no bag of options at all, as in `dense(8, 'relu')`. */
export function notByName(owner: string, given: unknown, known: readonly string[]): ErrorParts | undefined {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return undefined
  const [first] = known
  const example = typeof given === 'number' ? `write { ${first}: ${given} }` : `write { ${first}: ... }`
  return {
    rule: `${owner}: options must be given by name`,
    received: typeof given === 'function' ? `the function ${given.name}` : String(given),
    try: first === undefined ? 'leave it out; there are no options' : `${example}, or one of ${known.join(', ')}`,
  }
}

/**
 * What is wrong with the names in `given`, if one is not `known`: the near ones are suggested, and those that stand
 * `elsewhere`, by the names that other libraries use, in lower case.
 */
export function unknownOption(
  owner: string,
  given: object,
  known: readonly string[],
  elsewhere: Readonly<Record<string, readonly string[]>> = {},
): ErrorParts | undefined {
  const unknown = Object.keys(given).find((option) => !known.includes(option))
  if (unknown === undefined) return undefined
  const ours = elsewhere[unknown.toLowerCase()]?.filter((option) => known.includes(option)) ?? []
  return {
    rule: `${owner}: the option must be one of those that it has`,
    received: unknown,
    try:
      ours.length > 0
        ? `did you mean ${ours.map((option) => JSON.stringify(option)).join(' and ')}?`
        : known.length > 0
          ? suggest(unknown, known, 'options')
          : 'leave it out; there are no options',
  }
}

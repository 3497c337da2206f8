/** Whether ways that promise the same bits keep the promise: each is run with one seed (bits.ts), and digests are compared. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { FROM_SOURCE, type Way } from './ways.ts'

/** By what was computed. */
export type Digests = Readonly<Record<string, string>>

export interface Sighting {
  readonly way: Pick<Way, 'name' | 'promise'>
  readonly digests: Digests
}

export function digestsOf({ node, env }: Way): Digests {
  const args = [...FROM_SOURCE, join(import.meta.dirname, 'bits.ts')]
  return JSON.parse(execFileSync(node, args, { encoding: 'utf8', env: { ...process.env, ...env } })) as Digests
}

/** A line for everything whose bits are others than those of the first way with the same promise. */
export function brokenPromises(sightings: readonly Sighting[]): string[] {
  return sightings.flatMap(({ way, digests }) => {
    const first = sightings.find((other) => other.way.promise === way.promise)
    if (first === undefined) return []
    const names = [...new Set([...Object.keys(first.digests), ...Object.keys(digests)])]
    const other = names.filter((name) => digests[name] !== first.digests[name])
    return other.map((name) => `${name}: other bits on ${way.name} than on ${first.way.name}`)
  })
}

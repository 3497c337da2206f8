/** Whether ways that promise the same bits keep the promise: each is run with one seed (bits.ts), and digests are compared. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildSync } from 'esbuild'
import type { Way } from './ways.ts'

/** By what was computed. */
export type Digests = Readonly<Record<string, string>>

export interface Sighting {
  readonly way: Pick<Way, 'name' | 'promise'>
  readonly digests: Digests
}

/** The line that says how it went; what differs is printed before. */
export async function compareBits(ways: readonly Way[]): Promise<string> {
  const sightings = await lookAt(ways)
  const broken = brokenPromises(sightings)
  for (const line of broken) console.log(line)
  const promises = [...new Set(ways.map(({ promise }) => promise))].map((promise) => {
    return `${ways.filter((way) => way.promise === promise).length} ${promise}`
  })
  const count = Object.keys(sightings[0].digests).length
  return `${broken.length === 0 ? 'ok  ' : 'FAIL'} the same bits of ${count} computations where they are promised: ${promises.join(', ')}`
}

/** Two at a time: half of the ways keep one processor busy, and each takes its time to begin. */
async function lookAt(ways: readonly Way[]): Promise<Sighting[]> {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-bits-'))
  try {
    const program = join(folder, 'bits.mjs')
    const source = join(import.meta.dirname, 'bits.ts')
    buildSync({
      ...{ entryPoints: [source], outfile: program, bundle: true, platform: 'node', format: 'esm' },
      conditions: ['source'],
    })
    const digests: Digests[] = []
    let next = 0
    async function look(): Promise<void> {
      for (let i = next++; i < ways.length; i = next++) digests[i] = await digestsOf(ways[i], program)
    }
    await Promise.all([look(), look()])
    return ways.map((way, i) => ({ way, digests: digests[i] }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function digestsOf({ node, env }: Way, program: string): Promise<Digests> {
  const { stdout } = await promisify(execFile)(node, [program], { env: { ...process.env, ...env } })
  return JSON.parse(stdout) as Digests
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

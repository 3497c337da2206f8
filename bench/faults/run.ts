/**
 * npm run bench:faults: programs with a known fault, and programs with none, under the babysitter. Needs nothing but Node:
 * from 24 on `node --conditions=source bench/faults/run.ts`; README.md says how the figures are made.
 */
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kindNamed, kinds } from './kinds/all.ts'
import { createPool } from './pool.ts'
import { markdown } from './report.ts'
import { type Split, splits } from './sampler.ts'
import { chooseFaulty, chooseHealthy } from './select.ts'
import { sources } from './source.ts'
import { tallied } from './tally.ts'
import { watchFaults, watchHealthy } from './watch.ts'

const USAGE = `npm run bench:faults -- [options]

  --split a,b        of tuning, untuned (default: both)
  --healthy N        healthy programs of a split (default: 150 for tuning, 400 for untuned)
  --per-kind N       faulty programs of a kind and split (default: 6 for tuning, 12 for untuned)
  --kinds a,b        only these kinds of faults; --list names them
  --no-repairs       advice alone, neither repairs nor random search
  --workers N        programs at a time (default: one for each processor)
  --cache FILE       what was trained before, as JSON lines (default: runs/faults.jsonl); it is added to
  --fresh            train everything anew that this run needs
  --json FILE        also write all figures as JSON
  --markdown FILE    also write the tables
  --list             the kinds of faults and what a finding must say of each`

const SIZES: Readonly<Record<Split, { readonly healthy: number; readonly perKind: number }>> = {
  tuning: { healthy: 150, perKind: 6 },
  untuned: { healthy: 400, perKind: 12 },
}

const { values: options } = parseArgs({
  options: {
    split: { type: 'string', default: 'tuning,untuned' },
    healthy: { type: 'string' },
    'per-kind': { type: 'string' },
    kinds: { type: 'string' },
    'no-repairs': { type: 'boolean', default: false },
    workers: { type: 'string', default: String(availableParallelism()) },
    cache: { type: 'string', default: join(import.meta.dirname, '../../runs/faults.jsonl') },
    fresh: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function splitNamed(name: string): Split {
  if (name === 'tuning' || name === 'untuned') return name
  throw new Error(`no split '${name}'; there are: ${Object.keys(splits).join(', ')}`)
}

async function main(): Promise<void> {
  if (options.help) return console.log(USAGE)
  if (options.list) return console.log(kinds.map(({ name, expects }) => `${name}: ${expects.join(', ')}`).join('\n'))
  const workers = Number(options.workers)
  const { library, bench } = await sources()
  // Without a babysitter the figures stand as long as training computes what it did.
  const version = options.fresh
    ? () => String(Date.now())
    : ({ advised }: { advised: boolean }) => (advised ? bench + library : bench)
  const pool = createPool({ workers, cache: options.cache, version })
  const sections: string[] = []
  const figures: Record<string, unknown> = {}
  const chosen = options.kinds?.split(',').map((name) => kindNamed(name.trim()))
  for (const split of options.split.split(',').map(splitNamed)) {
    const started = performance.now()
    const healthy = await chooseHealthy(pool, split, Number(options.healthy ?? SIZES[split].healthy), 2 * workers)
    say(split, started, `${healthy.length} healthy programs of ${(healthy.at(-1)?.number ?? 0) + 1} candidates`)
    const perKind = Number(options['per-kind'] ?? SIZES[split].perKind)
    const faulty = await chooseFaulty(pool, split, healthy, { perKind, kinds: chosen ?? kinds, width: workers })
    say(split, started, `${faulty.length} faulty programs`)
    const watchedHealthy = await watchHealthy(pool, healthy)
    say(split, started, 'advised the healthy')
    const watchedFaults = await watchFaults(pool, faulty, !options['no-repairs'])
    say(split, started, 'advised and mended the faulty')
    const tally = tallied(watchedHealthy, watchedFaults)
    figures[split] = { tally, healthy: watchedHealthy, faults: watchedFaults }
    sections.push(markdown(`Split ${split}`, tally))
    console.log(`\n${sections.at(-1)}\n`)
  }
  await pool.close()
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(figures, null, 1)}\n`)
  if (options.markdown !== undefined) await writeFile(options.markdown, `${sections.join('\n\n')}\n`)
}

/** How far it is, where nobody mistakes it for a figure. */
function say(split: Split, started: number, what: string): void {
  console.error(`${split}, ${Math.round((performance.now() - started) / 1000)} s: ${what}`)
}

await main()

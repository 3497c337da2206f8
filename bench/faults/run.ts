/**
 * npm run bench:faults: programs with a known fault, and programs with none, under the babysitter. Needs nothing but Node:
 * from 24 on `node --conditions=source bench/faults/run.ts`; README.md says how the figures are made.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomic } from 'thalweg/train'
import { flag, names, output, whole } from '../../scripts/option-kinds.ts'
import { type CommandDescription, runCommand } from '../../scripts/options.ts'
import { kindNamed, kinds } from './kinds/all.ts'
import { createPool } from './pool.ts'
import { markdown } from './report.ts'
import type { Split } from './sampler.ts'
import { chooseFaulty, chooseHealthy } from './select.ts'
import { sources } from './source.ts'
import { tallied } from './tally.ts'
import { watchFaults, watchHealthy } from './watch.ts'

const SPLITS: readonly Split[] = ['tuning', 'untuned']
const MANY = { least: 1, most: 100_000 }
const CACHE = join(import.meta.dirname, '../../runs/faults.jsonl')

const SIZES: Readonly<Record<Split, { readonly healthy: number; readonly perKind: number }>> = {
  tuning: { healthy: 150, perKind: 6 },
  untuned: { healthy: 400, perKind: 12 },
}

interface FaultOptions {
  readonly split: readonly Split[] | undefined
  readonly healthy: number | undefined
  readonly 'per-kind': number | undefined
  readonly kinds: readonly string[] | undefined
  readonly 'no-repairs': boolean
  readonly workers: number
  readonly cache: string
  readonly fresh: boolean
  readonly json: string | undefined
  readonly markdown: string | undefined
  readonly list: boolean
}

const command: CommandDescription<FaultOptions> = {
  name: 'npm run bench:faults',
  about: 'Programs with a known fault, and programs with none, under the babysitter: recall, alarms, repairs.',
  options: {
    split: names('splits', SPLITS, 'of tuning, untuned (default: both)'),
    healthy: whole('N', 'healthy programs of a split (default: 150 for tuning, 400 for untuned)', undefined, MANY),
    'per-kind': whole(
      'N',
      'faulty programs of a kind and split (default: 6 for tuning, 12 for untuned)',
      undefined,
      MANY,
    ),
    kinds: names(
      'kinds of faults',
      kinds.map(({ name }) => name),
      'only these kinds of faults; --list names them',
    ),
    'no-repairs': flag('advice alone, neither repairs nor random search'),
    workers: whole('N', 'programs at a time, by default one for each processor', availableParallelism(), {
      least: 1,
      most: 256,
    }),
    cache: output('what was trained before, as JSON lines (default: runs/faults.jsonl); it is added to', CACHE),
    fresh: flag('train everything anew that this run needs'),
    json: output('also write all figures as JSON', undefined),
    markdown: output('also write the tables', undefined),
    list: flag('the kinds of faults and what a finding must say of each'),
  },
}

async function measure(options: FaultOptions): Promise<void> {
  if (options.list) return console.log(kinds.map(({ name, expects }) => `${name}: ${expects.join(', ')}`).join('\n'))
  const { workers } = options
  const { library, bench } = await sources()
  // Without a babysitter the figures stand as long as training computes what it did.
  const version = options.fresh
    ? () => String(Date.now())
    : ({ advised }: { advised: boolean }) => (advised ? bench + library : bench)
  const pool = createPool({ workers, cache: options.cache, version })
  const sections: string[] = []
  const figures: Record<string, unknown> = {}
  const chosen = options.kinds?.map(kindNamed)
  for (const split of options.split ?? SPLITS) {
    const started = performance.now()
    const healthy = await chooseHealthy(pool, split, options.healthy ?? SIZES[split].healthy, 2 * workers)
    say(split, started, `${healthy.length} healthy programs of ${(healthy.at(-1)?.number ?? 0) + 1} candidates`)
    const perKind = options['per-kind'] ?? SIZES[split].perKind
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
  if (options.json !== undefined) await writeFileAtomic(options.json, `${JSON.stringify(figures, null, 1)}\n`)
  if (options.markdown !== undefined) await writeFileAtomic(options.markdown, `${sections.join('\n\n')}\n`)
}

/** How far it is, where nobody mistakes it for a figure. */
function say(split: Split, started: number, what: string): void {
  console.error(`${split}, ${Math.round((performance.now() - started) / 1000)} s: ${what}`)
}

await runCommand(command, measure)

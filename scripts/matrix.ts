/**
 * Runs the tests of the library once for each way in which it can compute: threads, numerics, width of vectors, Node. One
 * line a run, then the sum; the exit status is 1 if anything failed.
 *
 *   npm run test:matrix                              unit tests of packages/thalweg
 *   npm run test:matrix -- --slow                    the slow ones too
 *   npm run test:matrix -- --new-node PATH           also on this Node (default: node_modules/node, npm i --no-save node@24)
 *   npm run test:matrix -- --only '2 threads' vectors   only ways whose name has this, only files whose name has that
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runTests } from './tests.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: { type: 'boolean', default: false },
    'new-node': { type: 'string', default: 'node_modules/node/bin/node' },
    only: { type: 'string', default: '' },
  },
})

interface Way {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

/** Two threads share even the smallest kernels, or tests of small ones would say nothing of them. */
const THREADS: readonly Way[] = [
  { name: '1 thread', env: { THALWEG_THREADS: '1' } },
  { name: '2 threads', env: { THALWEG_THREADS: '2', THALWEG_SHARE_EVENLY: '1' } },
]
const NUMERICS: readonly Way[] = [
  { name: 'fast', env: { THALWEG_NUMERICS: 'fast' } },
  { name: 'strict', env: { THALWEG_NUMERICS: 'strict' } },
]
const WIDTHS: readonly Way[] = [
  { name: '128-bit', env: { THALWEG_WIDE: '0' } },
  { name: '256-bit where it is sound', env: { THALWEG_WIDE: '1' } },
]

function waysOf(node: string): Way[] {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  // Node 20 has neither fused arithmetic nor wide vectors: all ways are one.
  const isOld = version.startsWith('v20.')
  return THREADS.flatMap((threads) =>
    (isOld ? NUMERICS.slice(0, 1) : NUMERICS).flatMap((numerics) =>
      (isOld ? WIDTHS.slice(0, 1) : WIDTHS).map((width) => ({
        name: [`Node ${version}`, threads.name, ...(isOld ? [] : [numerics.name, width.name])].join(', '),
        env: { ...threads.env, ...numerics.env, ...width.env },
      })),
    ),
  )
}

const nodes = [process.execPath, options['new-node']].filter((node) => existsSync(node))
const filters = positionals.length > 0 ? positionals : ['packages/thalweg/']
const lines: string[] = []
let failed = 0
for (const node of nodes)
  for (const { name, env } of waysOf(node)) {
    if (!name.includes(options.only)) continue
    console.log(`\n${name}`)
    const outcome = await runTests({ filters, slow: options.slow, node, env })
    failed += outcome.failed
    lines.push(`${outcome.failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${outcome.passed} passed, ${outcome.failed} failed`)
  }
console.log(`\n${lines.join('\n')}`)
process.exitCode = failed > 0 || lines.length === 0 ? 1 : 0

/**
 * Runs the tests of the library once for each way in which it can compute: threads, numerics, width of vectors, Node. One
 * line a run, then the sum; the exit status is 1 if anything failed.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { usage } from '../packages/cli/src/errors.ts'
import { flag, nodeProgram, text } from './option-kinds.ts'
import { type CommandDescription, runCommand } from './options.ts'
import { runTests } from './tests.ts'

interface MatrixOptions {
  readonly slow: boolean
  readonly 'new-node': string | undefined
  readonly only: string | undefined
}

const command: CommandDescription<MatrixOptions> = {
  name: 'npm run test:matrix',
  about:
    'The tests of the library, once for each way in which it can compute: Node, threads, numerics, width of vectors.',
  words: { placeholder: 'FILES', about: 'parts of names of test files (default: packages/thalweg/)' },
  options: {
    slow: flag('the slow tests too'),
    'new-node': nodeProgram('also on this Node (default: node_modules/node/bin/node; npm i --no-save node@24)'),
    only: text('WORDS', "only ways whose name has this: '2 threads', strict"),
  },
}

interface Way {
  readonly node: string
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

type Part = Omit<Way, 'node'>

/** Two threads share even the smallest kernels, or tests of small ones would say nothing of them. */
const THREADS: readonly Part[] = [
  { name: '1 thread', env: { THALWEG_THREADS: '1' } },
  { name: '2 threads', env: { THALWEG_THREADS: '2', THALWEG_SHARE_EVENLY: '1' } },
]
const NUMERICS: readonly Part[] = [
  { name: 'fast', env: { THALWEG_NUMERICS: 'fast' } },
  { name: 'strict', env: { THALWEG_NUMERICS: 'strict' } },
]
const WIDTHS: readonly Part[] = [
  { name: '128-bit', env: { THALWEG_WIDE: '0' } },
  { name: '256-bit', env: { THALWEG_WIDE: '1' } },
]

/** Whether vectors of 256 bits are found to be sound there, which makes one more way. */
function isWide(node: string): boolean {
  const program = "import('thalweg/backend').then(({ wasmBackend }) => console.log(wasmBackend().features.join()))"
  const args = ['--conditions=source', '--import', 'tsx', '-e', program]
  return execFileSync(node, args, { encoding: 'utf8' }).includes('256-bit')
}

function waysOf(node: string): Way[] {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const widths = isWide(node) ? WIDTHS : WIDTHS.slice(0, 1)
  return THREADS.flatMap((threads) =>
    NUMERICS.flatMap((numerics) =>
      widths.map((width) => ({
        node,
        name: [`Node ${version}`, threads.name, numerics.name, width.name].join(', '),
        env: { ...threads.env, ...numerics.env, ...width.env },
      })),
    ),
  )
}

function allWays(newer: string | undefined): Way[] {
  const other = newer ?? 'node_modules/node/bin/node'
  if (existsSync(other)) return [process.execPath, other].flatMap(waysOf)
  console.log('There is no newer Node here (npm i --no-save node@24, or --new-node PATH): this one alone.')
  return waysOf(process.execPath)
}

function chosen(ways: readonly Way[], words: string | undefined): readonly Way[] {
  const found = ways.filter(({ name }) => name.includes(words ?? ''))
  if (found.length > 0) return found
  throw usage('no-way', {
    rule: 'npm run test:matrix: --only must be in the name of some way to compute',
    received: `${words}`,
    try: `part of one of these: ${ways.map(({ name }) => name).join('; ')}`,
  })
}

await runCommand(command, async ({ slow, only, 'new-node': newer }, words) => {
  const filters = words.length > 0 ? words : ['packages/thalweg/']
  const lines: string[] = []
  for (const { node, name, env } of chosen(allWays(newer), only)) {
    console.log(`\n${name}`)
    const { passed, failed } = await runTests({ filters, slow, node, env })
    if (failed > 0) process.exitCode = 1
    lines.push(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed`)
  }
  console.log(`\n${lines.join('\n')}`)
})

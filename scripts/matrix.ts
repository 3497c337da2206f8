/**
 * npm run test:matrix: holds the ways in which the library can compute to each other's bits where they promise the same, then
 * runs the tests once for each. One line a run, then the sum; the exit status is 1 if anything failed.
 */
import { existsSync } from 'node:fs'
import { usage } from '../packages/cli/src/errors.ts'
import { flag, nodeProgram, text } from './option-kinds.ts'
import { type CommandDescription, runCommand } from './options.ts'
import { compareBits } from './same-bits.ts'
import { runTests } from './tests.ts'
import { allWays, NEWER_NODE, type Way } from './ways.ts'

interface MatrixOptions {
  readonly bits: boolean
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
    bits: flag('no tests: only whether ways that promise the same bits give them'),
    slow: flag('the slow tests too'),
    'new-node': nodeProgram(`also on this Node (default: ${NEWER_NODE}; npm i --no-save node@24)`),
    only: text('WORDS', "only ways whose name has this: '2 threads', strict"),
  },
}

await runCommand(command, async ({ bits, slow, only, 'new-node': newer }, words) => {
  if (bits && (slow || words.length > 0))
    throw usage('idle-option', {
      rule: 'npm run test:matrix: --bits runs no tests',
      received: ['--bits', ...(slow ? ['--slow'] : []), ...words].join(' '),
      try: 'leave --bits out, or the rest',
    })
  if (newer === undefined && !existsSync(NEWER_NODE))
    console.log('There is no newer Node here (npm i --no-save node@24, or --new-node PATH): this one alone.')
  const ways = chosen(allWays(newer), only)
  const lines = [await compareBits(ways)]
  const filters = words.length > 0 ? words : ['packages/thalweg/']
  for (const { node, name, env } of bits ? [] : ways) {
    console.log(`\n${name}`)
    const { passed, failed } = await runTests({ filters, slow, node, env })
    lines.push(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed`)
  }
  console.log(`\n${lines.join('\n')}`)
  if (lines.some((line) => line.startsWith('FAIL'))) process.exitCode = 1
})

function chosen(ways: readonly Way[], words: string | undefined): readonly Way[] {
  const found = ways.filter(({ name }) => name.includes(words ?? ''))
  if (found.length > 0) return found
  throw usage('no-way', {
    rule: 'npm run test:matrix: --only must be in the name of some way to compute',
    received: `${words}`,
    try: `part of one of these: ${ways.map(({ name }) => name).join('; ')}`,
  })
}

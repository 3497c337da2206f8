/**
 * Runs the checks of the house and closes with one line, `N passed, N failed`: every static check counts as one, every
 * test as one. All of them run even when an early one fails, and the exit status is 1 if anything did.
 *
 *   tsx scripts/verify.ts check    format and lint, types, doors, unit tests
 *   tsx scripts/verify.ts all      the same, the build, the slow tests, and a part of the matrix of ways to compute
 */

import { compareBits } from './same-bits.ts'
import { runStep } from './step.ts'
import { runTests, type Tally } from './tests.ts'
import { allWays } from './ways.ts'

const everything = process.argv[2] === 'all'
/** Quick, and in touch with every kernel. */
const PART_OF_MATRIX = ['packages/thalweg/test/ops/contract.test.ts', 'packages/thalweg/test/vectors/']
const total: Tally = { passed: 0, failed: 0, skipped: 0 }

const steps: [name: string, command: string[]][] = [
  ['format and lint', ['biome', 'check', '--error-on-warnings', '.']],
  ['types', ['tsc', '-p', 'tsconfig.json']],
  ['doors', ['depcruise', '--config', '.dependency-cruiser.js', 'packages', 'bench', 'examples', 'scripts']],
]
if (everything) steps.push(['build', ['npm', 'run', '--silent', 'build']])

for (const ok of await Promise.all(steps.map(([name, command]) => runStep(name, command)))) {
  if (ok) total.passed++
  else total.failed++
}

add(await runTests({ filters: [], slow: everything }))

if (everything) {
  const ways = allWays()
  const way = ways.find(({ env }) => env.THALWEG_THREADS === '2' && env.THALWEG_NUMERICS === 'strict')
  const nodes = [...new Set(ways.map(({ name }) => name.split(',')[0]))].join(' and ')
  const tests = way === undefined ? '' : `, and the contract of every op and the reference vectors on ${way.name}`
  console.log(`Of the matrix (npm run test:matrix runs all of it): the bits of ${ways.length} ways on ${nodes}${tests}`)
  const bits = await compareBits(ways).catch((error) => `FAIL the same bits: ${error.message}`)
  console.log(bits)
  total[bits.startsWith('FAIL') ? 'failed' : 'passed']++
  if (way !== undefined) add(await runTests({ filters: PART_OF_MATRIX, slow: false, env: way.env }))
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0

function add({ passed, failed, skipped }: Tally): void {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

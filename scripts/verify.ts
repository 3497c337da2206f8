/**
 * Runs the checks of the house and closes with one line, `N passed, N failed`: every static check counts as one, every
 * test as one. All of them run even when an early one fails, and the exit status is 1 if anything did.
 *
 *   tsx scripts/verify.ts check    format and lint, types, doors, unit tests
 *   tsx scripts/verify.ts all      the same, the build, and the slow tests
 */

import { runStep } from './step.ts'
import { runTests, type Tally } from './tests.ts'

const everything = process.argv[2] === 'all'
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

const tests = await runTests({ filters: [], slow: everything })
total.passed += tests.passed
total.failed += tests.failed
total.skipped += tests.skipped

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0

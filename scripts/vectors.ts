/**
 * Replays the reference vectors alone, from the folder that THALWEG_VECTORS names or from test/vectors, and prints for
 * each file how many of its cases ran. A group of tests belongs to the file whose name opens its outermost describe.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runTests } from './tests.ts'

function isSkipped(status: string): boolean {
  return status !== 'passed' && status !== 'failed'
}

const folder = resolve(process.env.THALWEG_VECTORS ?? 'test/vectors')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const outcome = await runTests({ filters: ['packages/thalweg/test/vectors/'], slow: true })

console.log(`vectors from ${folder}`)
for (const file of files) {
  const { cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { cases: unknown[] }
  const groups = new Map<string, { passed: number; failed: number; skipped: number }>()
  for (const { ancestorTitles, status } of outcome.cases) {
    if (ancestorTitles[0]?.split(' ')[0] !== file) continue
    const name = ancestorTitles.join(' > ')
    const group = groups.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
    group[status === 'passed' || status === 'failed' ? status : 'skipped']++
    groups.set(name, group)
  }
  const absent = outcome.cases.filter(
    (test) => test.ancestorTitles[0]?.split(' ')[0] === file && isSkipped(test.status),
  )
  if (groups.size === 0) console.log(`${file}: none of ${cases.length} cases ran`)
  for (const [name, { passed, failed, skipped }] of groups) {
    console.log(
      `${name}: ${passed + failed} of ${cases.length} cases ran, ${passed} passed, ${failed} failed, ${skipped} skipped`,
    )
  }
  for (const { ancestorTitles, title } of absent) {
    console.log(`  not run, the library has no such thing yet: ${title} (${ancestorTitles.join(' > ')})`)
  }
}
const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''
console.log(`${outcome.passed} passed, ${outcome.failed} failed${skipped}`)
process.exitCode = outcome.failed > 0 ? 1 : 0

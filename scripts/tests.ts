/**
 * Runs vitest as its own process, with its words on the terminal and its verdicts in a JSON file, and counts them.
 * A test file that could not be loaded, an error outside any test and a run that died without a verdict each count as
 * a failure: silence is not a pass.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

export interface Tally {
  passed: number
  failed: number
  skipped: number
}

export interface TestCase {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled'
}

export interface TestOutcome extends Tally {
  readonly cases: readonly TestCase[]
}

interface TestFile {
  readonly name: string
  readonly status: 'passed' | 'failed'
  readonly assertionResults: readonly TestCase[]
}

export interface TestOptions {
  /** Parts of file names; none means every test. */
  readonly filters: readonly string[]
  /** Whether `*.slow.test.ts` runs too. */
  readonly slow: boolean
  /** The Node that runs them. Default: this one. */
  readonly node?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

export async function runTests(options: TestOptions): Promise<TestOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-tests-'))
  try {
    const verdicts = join(folder, 'verdicts.json')
    const args = ['run', ...options.filters, '--reporter=dot', '--reporter=json', `--outputFile.json=${verdicts}`]
    if (!options.slow) args.push('--exclude', '**/*.slow.test.ts')
    const colours = process.stdout.isTTY ? {} : { FORCE_COLOR: undefined, NO_COLOR: '1' }
    const env = { ...process.env, ...colours, ...options.env }
    const status = await new Promise<number>((resolve) => {
      const child = spawn(options.node ?? process.execPath, [VITEST, ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env,
      })
      child.on('error', () => resolve(1))
      child.on('close', (code) => resolve(code ?? 1))
    })
    return count(verdicts, status)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function count(verdicts: string, status: number): TestOutcome {
  let files: readonly TestFile[] = []
  try {
    files = (JSON.parse(readFileSync(verdicts, 'utf8')) as { testResults: TestFile[] }).testResults
  } catch {
    console.log('FAIL vitest ended without a verdict')
    return { passed: 0, failed: 1, skipped: 0, cases: [] }
  }
  const cases = files.flatMap((file) => file.assertionResults)
  const passed = cases.filter((test) => test.status === 'passed').length
  let failed = cases.filter((test) => test.status === 'failed').length
  const skipped = cases.length - passed - failed
  for (const file of files) {
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      console.log(`FAIL ${file.name} could not be run`)
      failed++
    }
  }
  if (status !== 0 && failed === 0) failed++
  return { passed, failed, skipped, cases }
}

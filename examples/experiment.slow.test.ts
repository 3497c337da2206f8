/** The experiment file and the search file as the command line takes them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const top = resolve(import.meta.dirname, '..')

it('thalweg train examples/experiment.ts trains it, and options overrule it', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-experiment-'))
  try {
    const run = join(folder, 'run')
    const node = ['--conditions=source', '--import', 'tsx', 'packages/cli/src/bin.ts']
    const train = [
      'train',
      'examples/experiment.ts',
      '--epochs',
      '25',
      '--seed',
      '3',
      '--out',
      run,
      '--json',
      '--quiet',
    ]
    const { status, stdout, stderr } = spawnSync('node', [...node, ...train], { cwd: top, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(25)
    expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 25 })
    expect(events.at(-1)?.testAccuracy).toBeGreaterThan(0.9)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('thalweg tune examples/search.ts finds a network for it', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-search-'))
  try {
    const study = join(folder, 'study')
    const node = ['--conditions=source', '--import', 'tsx', 'packages/cli/src/bin.ts']
    const tune = [
      'tune',
      'examples/search.ts',
      '--epochs',
      '9',
      '--pruner',
      'hyperband',
      '--out',
      study,
      '--json',
      '--quiet',
    ]
    const { status, stdout, stderr } = spawnSync('node', [...node, ...tune], { cwd: top, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { best: { value: number }; trials: number }
    expect(end.trials).toBe(9 + 5 + 3)
    // Chance is ln 3 = 1.1.
    expect(end.best.value).toBeLessThan(0.3)
    expect(readFileSync(join(study, 'best.ts'), 'utf8')).toContain('...searched.experiment(')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

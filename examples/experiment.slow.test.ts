/** The experiment file as the command line takes it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
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

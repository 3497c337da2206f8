/** The experiment files and the search file as the command line takes them. Needs a build. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { digits, fashionMnist, gzip, writeIdx } from 'thalweg/data'
import { expect, it } from 'vitest'

const top = resolve(import.meta.dirname, '..')

/** Trains or tunes a file of this folder, and hands back the events. */
function run(command: string, file: string, run: string, options: readonly string[]): Record<string, unknown>[] {
  const program = ['packages/cli/bin/thalweg.js', command, `examples/${file}`]
  const shared = ['--out', run, '--json', '--quiet']
  const { status, stdout, stderr } = spawnSync('node', [...program, ...options, ...shared], {
    cwd: top,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

function inFolder(act: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-experiment-'))
    try {
      await act(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

it(
  'thalweg train examples/experiment.ts trains it, and options overrule it',
  inFolder((folder) => {
    const events = run('train', 'experiment.ts', join(folder, 'run'), ['--epochs', '25', '--seed', '3'])
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(25)
    expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 25 })
    expect(events.at(-1)?.testAccuracy).toBeGreaterThan(0.9)
  }),
)

it(
  'thalweg train examples/fashion-mnist.ts takes the four files from a folder: here, with digits in them',
  inFolder(async (folder) => {
    const data = join(folder, 'data')
    mkdirSync(data)
    const keep = async (role: string, array: Parameters<typeof writeIdx>[0]): Promise<void> => {
      const file = fashionMnist.files.find((one) => one.role === role)?.file ?? role
      writeFileSync(join(data, file), await gzip(writeIdx(array)))
    }
    for (const [part, size] of [
      ['train', 400],
      ['test', 100],
    ] as const) {
      const drawn = digits({ size, seed: size })
      const pixels = new Float32Array(size * 784)
      const labels = new Int32Array(size)
      const rows = Int32Array.from({ length: size }, (_, row) => row)
      drawn.fill(rows, pixels, labels)
      await keep(`${part}Images`, { shape: [size, 28, 28], values: Uint8Array.from(pixels, (value) => value * 255) })
      await keep(`${part}Labels`, { shape: [size], values: Uint8Array.from(labels) })
    }
    const events = run('train', 'fashion-mnist.ts', join(folder, 'run'), [
      '--data',
      data,
      '--epochs',
      '2',
      '--seed',
      '1',
    ])
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 2, testAccuracy: expect.any(Number) })
  }),
)

it(
  'thalweg tune examples/search.ts finds a network for it',
  inFolder((folder) => {
    const study = join(folder, 'study')
    const events = run('tune', 'search.ts', study, ['--epochs', '9', '--pruner', 'hyperband'])
    const end = events.at(-1) as unknown as { readonly best: { readonly value: number }; readonly trials: number }
    expect(end.trials).toBe(9 + 5 + 3)
    // Chance is ln 3 = 1.1.
    expect(end.best.value).toBeLessThan(0.3)
    expect(readFileSync(join(study, 'best.ts'), 'utf8')).toContain('...searched.experiment(')
  }),
)

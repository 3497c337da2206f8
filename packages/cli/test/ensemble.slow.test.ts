/** Ensembles in processes of their own: interrupted, resumed, killed, predicted from. Needs a build. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundledStart } from './bundle.ts'
import { childrenOf, digestOf, emptyFolder, signallingItself, thalweg } from './command.ts'

const start = await bundledStart()

const ARGS = ['train', 'spiral', '--epochs', '30', '--ensemble', '3', '--workers', '2', '--json', '--quiet']

async function digests(run: string): Promise<string[]> {
  return Promise.all([1, 2, 3].map((member) => digestOf(join(run, 'members', String(member)))))
}

it('goes on to the same bits after Ctrl-C and kill -9, and does not depend on the workers', async () => {
  const folder = emptyFolder()
  const whole = join(folder, 'whole')
  const finished = await start([...ARGS, '--out', whole]).ended
  expect([finished.code, finished.stderr]).toEqual([0, ''])
  const wanted = await digests(whole)
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const run = join(folder, signal)
    const { code, events } = await start([...ARGS, '--out', run], signallingItself(folder, signal, 'epoch')).ended
    if (signal === 'SIGINT') expect([code, events.at(-1)]).toEqual([130, { type: 'interrupted', run }])
    else expect(events.at(-1)).toMatchObject({ type: 'epoch' })
    const again = await thalweg('train', '--resume', run, '--workers', '1', '--json', '--quiet')
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect(await digests(run)).toEqual(wanted)
    expect(again.events.at(-1)).toMatchObject({ testAccuracy: finished.events.at(-1)?.testAccuracy })
  }
})

it('whose process is killed says so in three lines, keeps what the others have, and goes on', async () => {
  const run = join(emptyFolder(), 'run')
  const args = ['train', 'spiral', '--epochs', '100000', '--ensemble', '3', '--workers', '2', '--json', '--quiet']
  const { child, event, ended } = start([...args, '--out', run])
  await event('epoch')
  const [worker] = childrenOf(child)
  process.kill(worker, 'SIGKILL')
  const { code, events, stderr } = await ended
  const [rule, received, advice, ...more] = stderr.trimEnd().split('\n')
  expect([code, rule, more]).toEqual([1, 'train: every network of an ensemble must come to its end', []])
  expect(received).toMatch(/^received: network [123] of 3: .* [(]killed by SIGKILL[)]$/)
  expect(advice).toContain(`thalweg train --resume ${run}`)
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'cli/worker-died' })
  // The other one finished its step, and saved.
  const saved = [1, 2].filter((member) => existsSync(join(run, 'members', String(member), 'checkpoints')))
  expect(saved.length).toBeGreaterThanOrEqual(1)
  expect((await thalweg('explain', run)).code).toBe(0)
})

it('two of whose networks die at once ends in the same three lines', async () => {
  const folder = emptyFolder()
  const file = join(folder, 'steep.ts')
  writeFileSync(
    file,
    `import { moons } from 'thalweg/data'
import { crossEntropy, dense, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'
export default defineExperiment({
  data: { train: moons({ size: 512, seed: 1 }) },
  model: sequential(dense(32), relu(), dense(16), relu(), dense(2)),
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 1e18 }),
  epochs: 9,
})
`,
  )
  const args = ['train', file, '--ensemble', '2', '--workers', '2', '--json', '--quiet', '--out', join(folder, 'run')]
  const { code, stderr, events } = await start(args).ended
  expect([code, stderr.trimEnd().split('\n')]).toEqual([
    1,
    [expect.any(String), expect.any(String), expect.any(String)],
  ])
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'train/non-finite-loss' })
})

it('predicts rows of a table as one network', async () => {
  const folder = emptyFolder()
  const rows = Array.from(
    { length: 90 },
    (_, i) => `${Math.sin(i * 1.7) * 2},${i % 3},${3 * Math.sin(i * 1.7) * 2 + (i % 3)}`,
  )
  const table = join(folder, 'table.csv')
  writeFileSync(table, `${['a,b,y', ...rows].join('\n')}\n`)
  const run = join(folder, 'run')
  const args = ['--target', 'y', '--epochs', '40', '--ensemble', '2', '--workers', '1', '--quiet', '--out', run]
  expect((await thalweg('train', table, ...args)).code).toBe(0)
  const { code, stdout, stderr } = await thalweg('predict', run, table)
  expect([code, stdout.split('\n')[0]]).toEqual([0, 'y'])
  expect(Number(stderr.match(/R2 ([\d.-]+)/)?.[1])).toBeGreaterThan(0.8)
})

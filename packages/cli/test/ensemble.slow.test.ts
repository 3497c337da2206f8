/** Ensembles in processes of their own: interrupted, resumed, killed, predicted from. Needs a build. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { digestOf, emptyFolder, start, thalweg } from './command.ts'

const ARGS = ['train', 'spiral', '--epochs', '30', '--ensemble', '3', '--workers', '2', '--json', '--quiet']

async function digests(run: string): Promise<string[]> {
  return Promise.all([1, 2, 3].map((member) => digestOf(join(run, 'members', String(member)))))
}

it('goes on to the same bits after Ctrl-C and kill -9, and does not depend on the workers', {
  timeout: 180_000,
}, async () => {
  const folder = emptyFolder()
  const whole = join(folder, 'whole')
  const finished = await start([...ARGS, '--out', whole]).ended
  expect([finished.code, finished.stderr]).toEqual([0, ''])
  const wanted = await digests(whole)
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const run = join(folder, signal)
    const { child, event, ended } = start([...ARGS, '--out', run])
    await event('epoch')
    child.kill(signal)
    const { code, events } = await ended
    if (signal === 'SIGINT') expect([code, events.at(-1)]).toEqual([130, { type: 'interrupted', run }])
    const again = await thalweg('train', '--resume', run, '--workers', '1', '--json', '--quiet')
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect(await digests(run)).toEqual(wanted)
    expect(again.events.at(-1)).toMatchObject({ testAccuracy: finished.events.at(-1)?.testAccuracy })
  }
})

it('predicts rows of a table as one network', { timeout: 60_000 }, async () => {
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

/** `thalweg test`: train, test and predict agree on which weights and which statistics count. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, type JsonEvent, thalweg } from './command.ts'

describe('thalweg test', () => {
  let home = ''
  const ends = new Map<string, JsonEvent | undefined>()
  const run = (name: string): string => join(home, name)

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'thalweg-test-'))
    const args = ['train', 'xor', '--epochs', '3', '--json', '--quiet']
    for (const [name, options] of Object.entries({
      plain: ['--batch-norm'],
      exact: ['--batch-norm', 'exact'],
      average: ['--batch-norm', '--average', 'ema'],
      best: ['--patience', '1', '--batch-norm', 'article'],
      three: ['--batch-norm', '--ensemble', '3', '--workers', '1'],
    })) {
      ends.set(name, (await thalweg(...args, ...options, '--out', run(name))).events.at(-1))
    }
    ends.set(
      'flat',
      (await thalweg('train', 'moons', '--epochs', '1', '--json', '--quiet', '--out', run('flat'))).events.at(-1),
    )
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it.each(['plain', 'exact', 'average', 'best', 'three', 'flat'])(
    'measures %s as train did in the end',
    async (name) => {
      const { code, events } = await thalweg('test', run(name), '--json', '--quiet')
      const end = ends.get(name)
      expect([code, events.at(-1)]).toEqual([
        0,
        expect.objectContaining({ part: 'test', finished: true, accuracy: end?.testAccuracy }),
      ])
      // An ensemble's own figure is by its temperature's likelihood.
      expect(events.at(-1)?.loss).toBeCloseTo(Number(end?.testLoss), 12)
    },
  )

  it('gives a run other statistics: those that another run of the same seed ended with', async () => {
    const measure = async (name: string, kind: string) =>
      (await thalweg('test', run(name), '--batch-norm', kind, '--json', '--quiet')).events.at(-1)?.loss
    expect(await measure('plain', 'exact')).toBe(ends.get('exact')?.testLoss)
    expect(await measure('exact', 'moving')).toBe(ends.get('plain')?.testLoss)
    expect(await measure('exact', 'exact')).toBe(ends.get('exact')?.testLoss)
    expect(await measure('best', 'article')).toBe(ends.get('best')?.testLoss)
    expect(await measure('three', 'exact')).not.toBe(ends.get('three')?.testLoss)
  })

  it('says how far the three kinds are apart, and changes nothing', async () => {
    const before = readFileSync(join(run('exact'), 'model.safetensors'))
    const { code, events, stderr } = await thalweg('test', run('exact'), '--compare', '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(/layer +moving: mean +deviation +article: mean +deviation +order/)
    expect(events.filter(({ type }) => type === 'statistics').map(({ layer }) => layer)).toEqual([
      'batchNorm1',
      'batchNorm2',
    ])
    expect(events.find(({ type }) => type === 'comparison')).toMatchObject({
      moving: { loss: ends.get('plain')?.testLoss },
      exact: { loss: ends.get('exact')?.testLoss },
    })
    expect(readFileSync(join(run('exact'), 'model.safetensors'))).toEqual(before)
  })

  it('lets predict use them', async () => {
    const file = join(emptyFolder(), 'points.csv')
    writeFileSync(file, '0.3,0.4\n-0.2,0.9\n')
    const predict = async (name: string, ...more: string[]) =>
      (await thalweg('predict', run(name), file, ...more)).stdout
    expect(await predict('plain', '--batch-norm', 'exact')).toBe(await predict('exact'))
    expect(await predict('plain')).not.toBe(await predict('exact'))
  })

  it.each([
    [['flat', '--compare'], /networks with batch norm/],
    [['flat', '--batch-norm', 'exact'], /networks with batch norm/],
    [['three', '--compare'], /an ensemble of 3\ntry: --batch-norm exact/],
    [['plain', '--compare', '--batch-norm', 'exact'], /leave --batch-norm out/],
    [['nowhere'], /a folder that thalweg train made/],
  ] as const)('refuses %j', async ([name, ...options], message) => {
    const { code, stderr } = await thalweg('test', run(name), ...options)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})

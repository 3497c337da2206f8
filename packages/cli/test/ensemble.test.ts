/** `thalweg train --ensemble`: one run folder, predicted from like one network. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg, thalwegRead } from './command.ts'

describe('thalweg train --ensemble', () => {
  it('leaves one run, which predicts as the mean of its members', async () => {
    const run = join(emptyFolder(), 'run')
    const args = [
      'train',
      'xor',
      '--epochs',
      '2',
      '--ensemble',
      '2',
      '--workers',
      '1',
      '--json',
      '--quiet',
      '--out',
      run,
    ]
    const { code, stderr, events } = await thalweg(...args)
    expect([code, stderr]).toEqual([0, ''])
    const end = events.at(-1)
    expect(end).toMatchObject({ type: 'end', epochs: 2, run, ensemble: { members: 2, score: 'accuracy' } })
    expect(JSON.parse(readFileSync(join(run, 'result.json'), 'utf8'))).toMatchObject({
      testAccuracy: end?.testAccuracy,
    })
    // The second member is the network that the next seed gives alone.
    const alone = join(emptyFolder(), 'alone')
    const single = await thalweg('train', 'xor', '--epochs', '2', '--seed', '2', '--json', '--quiet', '--out', alone)
    const losses = (list: typeof events, member?: number) =>
      list.filter((event) => event.type === 'epoch' && event.member === member).map(({ validLoss }) => validLoss)
    expect(losses(events, 2)).toEqual(losses(single.events))
    const again = await thalweg('train', '--resume', run, '--json')
    expect(again.events.at(-1)).toMatchObject({ type: 'error', code: 'usage/finished' })

    // Its networks are lines of one picture, and what is finished is not trained again.
    const plotted = await thalweg('plot', run, '--json')
    expect(plotted.events.flatMap(({ run: of }) => (of === undefined ? [] : [of]))).toEqual(
      ['1', '1', '2', '2'].map((member) => join(run, 'members', member)),
    )
    rmSync(join(run, 'result.json'))
    rmSync(join(run, 'members', '2', 'result.json'))
    const resumed = await thalweg('train', '--resume', run, '--workers', '1', '--json')
    expect(resumed.stderr.replaceAll(/\s+/g, ' ')).toContain('resumed 1 of 2 networks is finished')
    expect(resumed.events.at(-1)).toMatchObject({ type: 'end', testLoss: end?.testLoss })
  })

  it.each(['--ensemble 2 --workers 1', '--snapshots 2'])(
    'tells once of a value that spoils the test part (%s)',
    async (kind) => {
      const folder = emptyFolder()
      // With seed 1 this row comes to the test part.
      const rows = Array.from({ length: 300 }, (_, i) => [
        Math.sin(i),
        i === 225 ? 1e9 : Math.cos(2 * i),
        3 * Math.sin(i),
      ])
      const table = join(folder, 'table.csv')
      writeFileSync(table, ['a,b,y', ...rows.map(String)].join('\n'))
      const args = ['--target', 'y', '--seed', '1', ...kind.split(' '), '--epochs', '2', '--json', '--quiet']
      const { events } = await thalweg('train', table, ...args, '--out', join(folder, 'run'))
      const told = events.filter(({ code }) => code === 'held-out-values')
      expect(told).toMatchObject([
        { severity: 'warning', message: expect.stringMatching(/^line \d+ of \S+ \(test part\), column "b"/) },
      ])
    },
  )

  it('takes the minima of one network, before and after a break', async () => {
    const folder = emptyFolder()
    const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')]
    const args = ['train', 'xor', '--snapshots', '3', '--epochs', '6', '--json']
    const { code, events, stderr } = await thalweg(...args, '--out', whole)
    const end = events.at(-1)
    expect([code, end]).toEqual([
      0,
      expect.objectContaining({ epochs: 6, ensemble: expect.objectContaining({ members: 3 }) }),
    ])
    expect(stderr).toContain('3 minima of one network')
    const rates = events.filter(({ type }) => type === 'epoch').map(({ learningRate }) => Number(learningRate))
    expect([1, 3, 5].every((epoch) => rates[epoch] < 0.1 * rates[epoch - 1])).toBe(true)

    const first = await thalwegRead((text) => !text.includes('"epoch":3'), ...args, '--out', cut)
    expect([first.code, first.stderr]).toEqual([130, expect.stringContaining(`--resume ${cut}`)])
    const again = await thalweg('train', '--resume', cut, '--snapshots', '3', '--json', '--quiet')
    expect(again.events.at(-1)).toMatchObject({ testLoss: end?.testLoss, testAccuracy: end?.testAccuracy })
    const measured = await thalweg('test', cut, '--json', '--quiet')
    expect(measured.events.at(-1)).toMatchObject({ accuracy: end?.testAccuracy, finished: true })
    const file = join(folder, 'points.csv')
    writeFileSync(file, '0.3,0.4\n-0.2,0.9\n')
    const predicted = await thalweg('predict', cut, file)
    expect(predicted.stdout).toBe((await thalweg('predict', whole, file)).stdout)
    expect(predicted.stdout.split('\n')).toHaveLength(4)
  })

  it('says how each network ended in a table', async () => {
    const run = join(emptyFolder(), 'run')
    const { stdout } = await thalweg('train', 'xor', '--epochs', '2', '--ensemble', '2', '--workers', '1', '--out', run)
    const at = stdout.split('\n').findIndex((line) => /^ +network +epochs +valid loss +accuracy +time$/.test(line))
    const [head, first, second] = stdout.split('\n').slice(at)
    for (const [row, line] of [first, second].entries()) {
      expect([
        line
          .trim()
          .split(/\s{2,}/)
          .slice(0, 2),
        line.length,
      ]).toEqual([[`${row + 1}/2`, '2'], head.length])
    }
  })

  it.each([
    [['--combine', 'vote'], 'usage/unfit-combine'],
    [['--combine', 'mean', '--ensemble', '2'], 'usage/unfit-combine'],
    [['--ensemble', '1'], 'usage/bad-value'],
    [['--snapshots', '4', '--epochs', '6'], 'usage/uneven-snapshots'],
    [['--snapshots', '2', '--schedule', 'fixed'], 'usage/idle-option'],
    [['--snapshots', '2', '--ensemble', '2'], 'usage/contradiction'],
    [['--snapshots', '2', '--average', 'ema'], 'usage/idle-option'],
  ] as const)('refuses %j', async (args, expected) => {
    const { code, events } = await thalweg('train', 'xor', ...args, '--json', '--quiet')
    expect(events.at(-1)).toMatchObject({ type: 'error', code: expected })
    expect(code).toBe(2)
  })
})

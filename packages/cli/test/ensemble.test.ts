/** `thalweg train --ensemble`: one run folder, predicted from like one network. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

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
  ] as const)('refuses %j', async (args, expected) => {
    const { code, events } = await thalweg('train', 'xor', ...args, '--json', '--quiet')
    expect(events.at(-1)).toMatchObject({ type: 'error', code: expected })
    expect(code).toBe(2)
  })
})

/** `thalweg range` as a program and a person see it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

describe('thalweg range', () => {
  it('gives an interval and a rate, the curves as events and as a picture', async () => {
    const out = join(emptyFolder(), 'range.svg')
    const options = ['--optimizer', 'sgd', '--momentum', '0.9', '--seeds', '2', '--steps', '60', '--seed', '4']
    const { code, events, stderr } = await thalweg('range', 'moons', ...options, '--json', '--out', out)
    expect(code).toBe(0)
    expect(events.map(({ type }) => type)).toEqual(['range', 'end'])
    const [range, end] = events
    expect(range.rates).toHaveLength(60)
    expect(range.curves).toMatchObject([{ seed: 4 }, { seed: 5 }])
    const { kind, low, high, suggestion } = end as Record<string, unknown>
    expect(kind).toBe('interval')
    expect(Number(low) < Number(suggestion) && Number(suggestion) <= Number(high)).toBe(true)
    expect(stderr).toContain('--learning-rate ')
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg.+Learning-rate range test.+interval.+<\/svg>/s)
  })

  it('begins with the first weights that --init asks for, and those of an experiment, of its own seed', async () => {
    const short = ['--seeds', '2', '--steps', '20', '--from', '1e-9', '--to', '1e-8', '--json']
    const firstLosses = async (...args: string[]): Promise<number[]> => {
      const { events } = await thalweg('range', ...args, ...short)
      return ((events[0]?.curves ?? []) as { losses: number[] }[]).map(({ losses }) => losses[0] ?? Number.NaN)
    }
    // Zeros say that both classes are as likely, whatever the seed.
    expect(await firstLosses('moons', '--init', 'zeros')).toEqual([
      expect.closeTo(Math.LN2, 6),
      expect.closeTo(Math.LN2, 6),
    ])

    const file = join(emptyFolder(), 'own.ts')
    const text = `import { xor } from 'thalweg/data'
import { createInitializer, createStore, crossEntropy, dense, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
export default {
  data: { train: xor({ size: 60 }) }, epochs: 1, loss: crossEntropy(), optimizer: sgd(), model: sequential(dense(2)), seed: 7,
  initialize: ({ seed }) => createStore({ seed, initializer: createInitializer('zeros') }),
}
`
    writeFileSync(file, text)
    expect(await firstLosses(file)).toEqual([expect.closeTo(Math.LN2, 6), expect.closeTo(Math.LN2, 6)])
    const { events } = await thalweg('range', file, ...short)
    expect(events[0]?.curves).toMatchObject([{ seed: 7 }, { seed: 8 }])
  })

  it('refuses first weights that do not exist, before it trains', async () => {
    const { code, stderr } = await thalweg('range', 'moons', '--init', 'zeroes')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^--init: initializer.+\n.+\ntry: did you mean "zeros"/)])
  })

  it('abstains in words where there is nothing to be found', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'flat.ts')
    const text = `import { xor } from 'thalweg/data'
import { crossEntropy, dense, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
export default {
  data: { train: xor({ size: 60 }) }, epochs: 1, loss: crossEntropy(), optimizer: sgd(),
  model: sequential(dense(4), (x) => x.mul(0), dense(2, { bias: false })),
}
`
    writeFileSync(file, text)
    const { code, stdout } = await thalweg('range', file, '--seeds', '1', '--steps', '20')
    expect(code).toBe(0)
    expect(stdout).toMatch(/no interval +from 1\.0e-7|no interval +from 1e-7/)
    expect(stdout).toContain('the loss never falls clearly')
  })

  it.each([
    ['no target', ['range'], /there must be something to test on/],
    [
      'too few steps',
      ['range', 'xor', '--steps', '3'],
      /--steps must be an integer of at least 20\n.+\ntry: --steps 20/,
    ],
    ['rates that fall', ['range', 'xor', '--from', '1', '--to', '0.1'], /rates must go up/],
    ['an option of train', ['range', 'xor', '--epochs', '3'], /every option must be known/],
    ['a column where there is none', ['range', 'xor', '--target', 'y'], /^range xor: --target must mean something/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await thalweg(...args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
    expect(stderr).toMatch(/^[^\n]+\nreceived: [^\n]+\ntry: [^\n]+\n$/)
  })
})

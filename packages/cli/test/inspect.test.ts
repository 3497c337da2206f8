/** `thalweg inspect` as people and programs see it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Inspection } from 'thalweg/diagnose'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { emptyFolder, thalweg } from './command.ts'

const deep = ['inspect', 'spiral', '--depth', '4', '--width', '32'] as const

const layerEvent = z.object({ activations: z.object({ deviation: z.number() }) })

async function spreads(...args: string[]): Promise<number[]> {
  const { code, events } = await thalweg(...deep, ...args, '--json')
  expect(code).toBe(0)
  return events.filter(({ type }) => type === 'layer').map((event) => layerEvent.parse(event).activations.deviation)
}

describe('thalweg inspect', () => {
  it('shows in 80 columns and without colour what first weights do', async () => {
    const { code, stdout, stderr } = await thalweg(...deep, '--init', 'small-random', '--scale', '0.01')
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80)
    expect(stdout).toContain('smallRandom(scale=0.01)')
    const rows = lines.filter((line) => /^ {2}tanh\d/.test(line))
    expect(rows.map((row) => row.trim().split(' ')[0])).toEqual(['tanh1', 'tanh2', 'tanh3', 'tanh4'])
    // The first layer's histogram is wide, the last one's a spike; columns stand in line.
    const bars = (row: string) => (row.slice(0, 30).match(/[▁▂▃▄▅▆▇█]/g) ?? []).length
    expect(bars(rows[0])).toBeGreaterThan(3 * bars(rows[3]))
    expect(new Set(rows.map((row) => row.indexOf('% sat'))).size).toBe(1)
    expect(stdout).toMatch(/activations from tanh1 to tanh4: times \d/)
    expect(stdout).not.toContain('\u001b')
  })

  it('tells programs every figure, whatever the initialization', async () => {
    const small = await spreads('--init', 'small-random')
    const kept = await spreads('--init', 'xavier')
    const own = await spreads('--init', 'lsuv', '--activation', 'relu')
    expect(small).toHaveLength(4)
    expect(small[3]).toBeLessThan(0.01 * small[0])
    expect(kept[3]).toBeGreaterThan(0.2 * kept[0])
    expect(own[3]).toBeGreaterThan(0.3)
  })

  it('ends with an event, and leaves pictures and figures where it is told to', async () => {
    const folder = emptyFolder()
    const [svg, out] = [join(folder, 'deep.svg'), join(folder, 'deep.json')]
    const { events } = await thalweg(...deep, '--all', '--json', '--svg', svg, '--out', out, '--batch-size', '50')
    expect(events.at(-1)).toMatchObject({ type: 'end', layers: 9, examples: 50, weights: "the network's own" })
    const figures = JSON.parse(readFileSync(out, 'utf8')) as Inspection
    expect(figures.layers.map(({ path }) => path)).toContain('dense5')
    expect(figures.parameters).toHaveLength(10)
    const picture = readFileSync(svg, 'utf8')
    expect(picture).toMatch(/^<svg[\s\S]*First weights: the network[\s\S]*tanh4[\s\S]*<\/svg>\n$/)
    expect(picture).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('looks at the network of an experiment, with the first weights that it brings', async () => {
    const file = join(emptyFolder(), 'mine.ts')
    writeFileSync(
      file,
      `import { moons } from 'thalweg/data'
       import { constant, createStore, crossEntropy, dense, sequential, tanh } from 'thalweg/nn'
       import { adam } from 'thalweg/optim'
       import { defineExperiment } from 'thalweg/train'
       export default defineExperiment({
         data: { train: moons() }, model: sequential(dense(3), tanh(), dense(2)),
         loss: crossEntropy(), optimizer: adam(), epochs: 1,
         initialize: ({ seed }) => createStore({ seed, initializer: constant(0.5) }),
       })`,
    )
    const { code, events } = await thalweg('inspect', file, '--json')
    expect(code).toBe(0)
    const weight = events.find((event) => event.type === 'parameter' && event.path === 'dense1.weight')
    expect(weight).toMatchObject({ values: { mean: 0.5, deviation: 0 } })
    const trained = await thalweg('train', file, '--json', '--out', join(emptyFolder(), 'run'))
    expect(trained.code).toBe(0)
  })

  it('finds in a run what train --init began with', async () => {
    const run = join(emptyFolder(), 'run')
    // Without weights nothing can be learned but how often each class occurs: half of the time.
    const args = ['train', 'xor', '--epochs', '2', '--init', 'constant:value=0', '--json', '--out', run]
    const { events } = await thalweg(...args)
    const losses = events.filter(({ type }) => type === 'epoch').map((event) => Number(event.trainLoss))
    for (const loss of losses) expect(Math.abs(loss - Math.LN2)).toBeLessThan(0.02)
    const { recipe } = JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8'))
    expect(recipe.init).toBe('constant:value=0')
    const other = await thalweg('train', '--resume', run, '--init', 'he')
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('received: he, it was constant:value=0')])
  })

  it.each([
    [['--init', 'xavir'], /--init: .*\nreceived: 'xavir'\ntry: did you mean "xavier"/],
    [['--init', 'he:fan=sideways'], /he: fan must be one of in, out, average/],
    [
      ['--init', 'small-random:scale=0.5', '--scale', '0.1'],
      /must not stand together\nreceived: .* small-random:scale=0.5/,
    ],
    [['--init', 'he', '--scale', '0.1'], /--scale is for small-random/],
    [['--init', 'he:fan'], /--init must be a name, with options after a colon/],
    [['--init', 'lsuv:gain=2'], /--init lsuv finds the scale/],
    [['--activation', 'tan'], /did you mean "tanh"/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await thalweg(...deep, ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('refuses a depth that no one would wait for', async () => {
    const { code, stderr } = await thalweg('inspect', 'spiral', '--depth', '1000000', '--width', '4')
    expect([code, stderr]).toEqual([
      2,
      '--depth must be an integer from 1 to 1000\nreceived: 1000000\ntry: --depth 10\n',
    ])
  })

  it('refuses a width without a depth, and nothing to look at', async () => {
    const idle = await thalweg('inspect', 'xor', '--width', '9')
    expect([idle.code, idle.stderr]).toEqual([2, expect.stringContaining('add --depth 10')])
    const nothing = await thalweg('inspect')
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('thalweg inspect digits')])
  })
})

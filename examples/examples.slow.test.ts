/** Every example is run as it stands, and what it found out is checked, not only that it came to its end. */
import { beforeEach, describe, expect, it, vi } from 'vitest'

describe('examples', () => {
  const said: string[] = []
  beforeEach(() => {
    said.length = 0
    vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')))
    return () => vi.restoreAllMocks()
  })

  it('xor.ts tells the corners of a square apart', async () => {
    const { run, answer } = await import('./xor.ts')
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.93)
    expect(answer.kind === 'class' && [...answer.labels]).toEqual([0, 1, 1, 0])
    expect(said).toContain('the four corners: 0 1 1 0')
  })

  it('by-hand.ts trains weights that are its own', async () => {
    const { run } = await import('./by-hand.ts')
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.93)
    const paths = run.store.parameters().map(({ path, variable }) => [path, variable.shape])
    expect(paths).toEqual([
      ['inner', [2, 24]],
      ['innerBias', [24]],
      ['middle', [24, 24]],
      ['out', [24, 3]],
    ])
  })

  it('table.ts answers in the units of its table', async () => {
    const { run, prices, worth } = await import('./table.ts')
    expect(run.test?.task === 'number' && run.test.r2).toBeGreaterThan(0.97)
    expect(prices).toHaveLength(2)
    expect(prices[0] / worth(80, 3, 'harbour', true)).toBeCloseTo(1, 1)
    expect(prices[1] / worth(140, 5, 'hill', false)).toBeCloseTo(1, 1)
    expect(said.find((line) => line.startsWith('inputs:'))).toContain('district=harbour')
    expect(said[0]).toMatch(/column "rooms" lacks \d+ values/)
  })

  it('regression.ts predicts two numbers at once', async () => {
    const { run } = await import('./regression.ts')
    expect(run.test?.task === 'number' && run.test.r2).toBeGreaterThan(0.98)
    expect(run.history.at(-1)?.learningRate).toBeLessThan(1e-5)
  })

  it('own-loop.ts learns without fit, and compiles its step once', async () => {
    const { engine, losses, store } = await import('./own-loop.ts')
    expect(losses[0]).toBeGreaterThan(0.3)
    expect(losses.at(-1)).toBeLessThan(0.1)
    expect(store.parameters().map(({ path }) => path)).toEqual([
      'dense1.weight',
      'dense1.bias',
      'dense2.weight',
      'dense2.bias',
    ])
    expect(said.at(-1)).toBe(`${engine.counts.plans} step compiled`)
  })

  it('own-layer.ts sees through wild points', async () => {
    const { run, logCosh } = await import('./own-layer.ts')
    expect(run.test?.task === 'number' && run.test.r2).toBeGreaterThan(0.95)
    expect(run.store.parameters().map(({ path }) => path)).toContain('sine1.weight')
    const { tensor } = await import('thalweg/tensor')
    const at = (distance: number) => logCosh.forward(tensor([[distance]]), tensor([[0]])).item()
    for (const d of [-3, -0.1, 0, 0.5, 2]) expect(at(d)).toBeCloseTo(Math.log(Math.cosh(d)), 5)
    expect(at(500)).toBeCloseTo(500 - Math.LN2, 3)
  })

  it('checkpoint.ts goes on bit for bit', async () => {
    const { first, second, undisturbed, same } = await import('./checkpoint.ts')
    expect(first).toMatchObject({ interrupted: true, steps: 23 })
    expect(second).toMatchObject({ interrupted: false, steps: undisturbed.steps })
    expect(same).toBe(true)
  })

  it('experiment.ts holds all that a run needs', async () => {
    const { default: experiment } = await import('./experiment.ts')
    const { data, model, ...options } = experiment
    const parts = typeof data === 'function' ? await data({ seed: 3 }) : data
    const { fit } = await import('thalweg/train')
    const run = await fit(model, { ...options, ...parts, epochs: 20 })
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.9)
  })
})

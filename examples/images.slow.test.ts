/** The examples with images: a few seconds each. */
import { beforeEach, describe, expect, it, vi } from 'vitest'

describe('examples with images', () => {
  const said: string[] = []
  beforeEach(() => {
    said.length = 0
    vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')))
    return () => vi.restoreAllMocks()
  })

  it('digits.ts reads digits', async () => {
    const { run } = await import('./digits.ts')
    expect(run.test?.task === 'class' && run.test.accuracy).toBeGreaterThan(0.93)
    expect(said.filter((line) => line.startsWith('epoch'))).toHaveLength(4)
    expect(said[0]).toContain('52,162 parameters')
  })

  it('plan.ts shows a plan that is compiled once', async () => {
    const { run, compilations, counts } = await import('./plan.ts')
    expect(compilations).toHaveLength(1)
    expect(run.plan).toMatch(/kernel/)
    const places = counts.map((line) => line.replace(/after step \d+: /, ''))
    expect(counts).toHaveLength(3)
    expect(new Set(places).size).toBe(1)
  })
})

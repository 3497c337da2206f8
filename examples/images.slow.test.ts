/** The examples with images: some seconds each. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('examples with images', () => {
  it('digits.ts reads digits', async () => {
    await import('./digits.ts')
    expect(said[0]).toContain('52,162 parameters')
    expect(said.filter((line) => line.startsWith('epoch'))).toHaveLength(4)
    const accuracy = said.find((line) => line.startsWith('test accuracy'))?.match(/[\d.]+/)
    expect(Number(accuracy)).toBeGreaterThan(95)
  })

  it('plan.ts shows a plan that is compiled once', async () => {
    await import('./plan.ts')
    expect(said[0]).toMatch(/conv1: conv2d .* contraction/)
    expect(said[0]).toMatch(/\d+ kernels, .* arena/)
    expect(said[1]).toMatch(/^1 shape, compiled in \d+ ms$/)
    expect(said.slice(2)).toHaveLength(3)
    // Compiled and allocated: the same after every epoch.
    expect(new Set(said.slice(2).map((line) => line.replace(/after step \d+: /, ''))).size).toBe(1)
  })
})

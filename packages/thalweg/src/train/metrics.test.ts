import { describe, expect, it } from 'vitest'
import { largest, metricsSum } from './metrics.ts'

describe('metrics', () => {
  it('weigh batches by their size', () => {
    const sum = metricsSum({ kind: 'class', classes: ['a', 'b'] })
    sum.add(2, 0.5, [2, 1, 0, 3], [0, 0])
    sum.add(1, 2, [1, 5], [1])
    expect(sum.result()).toEqual({ task: 'class', examples: 3, loss: 1, accuracy: 2 / 3 })
  })

  it('take the first largest, and a NaN for the largest', () => {
    expect(largest([1, 3, 3], 0, 3)).toBe(1)
    expect(largest([9, 1, Number.NaN, 3, Number.NaN], 1, 4)).toBe(1)
  })

  it('give R2 as its formula says, averaged over columns, however far the numbers are from 0', () => {
    const y = [
      [1e6 + 1, 5],
      [1e6 + 2, 5],
      [1e6 + 6, 5],
    ]
    const predictions = [
      [1e6 + 2, 5],
      [1e6 + 2, 5],
      [1e6 + 4, 5],
    ]
    const sum = metricsSum({ kind: 'number', names: ['moves', 'stands'] })
    for (const [i, row] of y.entries()) sum.add(1, 0, predictions[i], row)
    const first = 1 - (1 + 0 + 4) / (4 + 1 + 9)
    expect(sum.result()).toMatchObject({ task: 'number', r2: expect.closeTo((first + 1) / 2, 9) })
  })

  it('say nothing of a single number: there is nothing to vary', () => {
    const sum = metricsSum({ kind: 'number', names: ['y'] })
    sum.add(1, 4, [3], [5])
    expect(sum.result()).toEqual({ task: 'number', examples: 1, loss: 4, r2: Number.NaN })
  })

  it('give no credit for a constant that is missed', () => {
    const sum = metricsSum({ kind: 'number', names: ['stands'] })
    sum.add(2, 0, [5, 5.1], [5, 5])
    expect(sum.result()).toMatchObject({ r2: 0 })
  })
})

import { expect, it } from 'vitest'
import { recordStep } from '../compile/index.ts'
import { createNode } from '../graph/index.ts'
import { readingSchedule } from './schedule.ts'

/** A step that multiplies matrices of this size. */
const product = (size: number) =>
  recordStep([{ name: 'x', shape: [size, size], dtype: 'float32' }], ([x]) => [
    createNode('matmul', [x, x], { transposeA: false, transposeB: false }),
  ])

function dueWithin(steps: number, ...given: Parameters<typeof readingSchedule>): number[] {
  const { isDue } = readingSchedule(...given)
  return Array.from({ length: steps }, (_, step) => step).filter(isDue)
}

it('reads often at first, then every N, and less often when the run is long', () => {
  const due = dueWithin(12_000, product(512))
  expect(due.slice(0, 12)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 384, 512])
  expect(due.filter((step) => step > 900 && step < 3000)).toEqual([1024, 1280, 1536, 1792, 2048, 2560])
  expect(due.slice(-5)).toEqual([7680, 8192, 9216, 10_240, 11_264])
})

it('reads small steps more often, and as often as it is told', () => {
  expect(dueWithin(65, product(8))).toEqual([0, 1, 2, 4, 8, 16, 32, 48, 64])
  expect(dueWithin(4000, product(512), 1000)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 2000, 3000])
})

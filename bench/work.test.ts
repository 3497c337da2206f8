import { expect, test } from 'vitest'
import { operationsOf } from './work.ts'
import { WORKLOADS, type Workload } from './workloads.ts'

const named = (name: string): Workload => {
  const workload = WORKLOADS.find((each) => each.name === name)
  if (workload === undefined) throw new Error(name)
  return workload
}

test('a training step is three products of every layer but the first, which is two', () => {
  expect(operationsOf(named('wide'))).toBe(2 * 128 * (2 * 784 * 1024 + 3 * (1024 * 1024 + 1024 * 10)))
})

test('inference is one product', () => {
  const products = 28 * 28 * 32 * 9 + 14 * 14 * 64 * 9 * 32 + 7 * 7 * 64 * 128 + 128 * 10
  expect(operationsOf(named('cnn-inference'))).toBe(2 * products)
})

// He et al., CVPR 2016, table 6, say 0.27 million parameters; 41 million multiply-adds is what others count for it.
test('resnet20 has the multiply-adds that are known of it', () => {
  const { layers, ...rest } = named('resnet20')
  expect(operationsOf({ ...rest, layers, batch: 1, mode: 'inference' }) / 2).toBeCloseTo(41e6, -6)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stage } from '../kernel.ts'
import { divide, sharedWork } from './divide.ts'

function stage(name: string, units: number, work: number, together?: number): Stage {
  const shape = { name, key: name, units, work, pointers: [], emit: () => undefined }
  return together === undefined ? shape : { ...shape, together }
}

test('pieces cover the units of a shared stage once, and there are few enough of them to count', () => {
  const stages = fc.record({
    units: fc.integer({ min: 1, max: 100_000 }),
    work: fc.integer({ min: 0, max: 10_000_000 }),
    together: fc.integer({ min: 1, max: 300 }),
    threads: fc.integer({ min: 1, max: 256 }),
    sharing: fc.constantFrom('worthwhile' as const, 'evenly' as const),
  })
  fc.assert(
    fc.property(stages, ({ units, work, together, threads, sharing }) => {
      const [turn] = divide([stage('s', units, work, together)], threads, sharing)
      if (turn.kind === 'alone') return sharing === 'worthwhile' || threads === 1 || units === 1
      const before = (turn.pieces - 1) * turn.units
      return threads > 1 && turn.pieces >= 2 && turn.pieces <= 4096 && before < units && before + turn.units >= units
    }),
    { seed: 1 },
  )
})

test('what is too small runs alone, neighbours of its kind together; nothing is left out but stages of nothing', () => {
  const [a, b, large, none, c] = [
    stage('a', 9, 100),
    stage('b', 9, 100),
    stage('large', 64, 1e6),
    stage('none', 0, 0),
    stage('c', 1, 1e6),
  ]
  const turns = divide([a, b, large, none, c], 2)
  expect(turns).toEqual([
    { kind: 'alone', stages: [a, b] },
    { kind: 'shared', stage: large, units: 4, pieces: 16 },
    { kind: 'alone', stages: [c] },
  ])
  expect(sharedWork(turns)).toBe(1e6)
})

test('a run that has little to share in all is not shared at all', () => {
  const stages = [stage('a', 64, 20_000), stage('none', 0, 0), stage('b', 64, 20_000)]
  expect(divide(stages, 2)).toEqual([{ kind: 'alone', stages: [stages[0], stages[2]] }])
  expect(divide([...stages, stages[0]], 2).map(({ kind }) => kind)).toEqual(['shared', 'shared', 'shared'])
  expect(divide(stages, 2, 'evenly').map(({ kind }) => kind)).toEqual(['shared', 'shared'])
})

test('units that share a preparation stay together where there are enough groups', () => {
  expect(divide([stage('s', 60, 1e6, 3)], 2)).toMatchObject([{ units: 6, pieces: 10 }])
  expect(divide([stage('s', 8, 1e6, 8)], 2)).toMatchObject([{ units: 1, pieces: 8 }])
})

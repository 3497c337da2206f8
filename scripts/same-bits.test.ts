import { expect, test } from 'vitest'
import { brokenPromises, type Sighting } from './same-bits.ts'

const seen = (name: string, promise: string, digests: Sighting['digests']): Sighting => ({
  way: { name, promise },
  digests,
})

test('bits are compared where they are promised to be the same', () => {
  const sightings = [
    seen('a', 'strict', { conv: '1', exp: '2' }),
    seen('b', 'fast', { conv: '3', exp: '4' }),
    seen('c', 'strict', { conv: '1', exp: '2' }),
    seen('d', 'strict', { conv: '5', exp: '2' }),
    seen('e', 'fast', { exp: '4' }),
  ]
  expect(brokenPromises(sightings)).toEqual(['conv: other bits on d than on a', 'conv: other bits on e than on b'])
})

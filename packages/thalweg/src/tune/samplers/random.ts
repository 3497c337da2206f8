/**
 * Every configuration independently of the others (Bergstra and Bengio, JMLR 2012): better than a grid of the same size
 * wherever only a few parameters matter, because each trial tries a new value of every one of them.
 */
import { fromUnit, makePoint } from '../dimensions.ts'
import type { Sampler } from './sampler.ts'

export function randomSampler(): Sampler {
  return {
    name: 'random',
    options: {},
    learns: false,
    propose: ({ dimensions, random }) => makePoint(dimensions, (dimension) => fromUnit(dimension, random.uniform())),
  }
}

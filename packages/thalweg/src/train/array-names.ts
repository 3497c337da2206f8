/** The names under which a snapshot keeps its arrays, and the way back from them to the names of a store. */
import type { NamedArray } from '../nn/index.ts'
import type { StoredArray } from './safetensors.ts'

/** Prefix of the model's own arrays in a snapshot. */
export const MODEL = 'model/'

/** Prefix of what a session counts: steps, and the sums of the epoch. */
export const TRAIN = 'train/'

/** Prefix of the averages of its parameters, where they are kept. */
export const AVERAGE = 'average/'

/** Prefix of the weights of an epoch that was among the best: `best/3/dense1.weight` is of epoch 3. */
export const BEST = 'best/'

export function bestPrefix(epoch: number): string {
  return `${BEST}${epoch}/`
}

/** Stored arrays as a store takes them; the names in `arrays` that begin with `prefix`, without it. */
export function namedArrays(arrays: ReadonlyMap<string, StoredArray>, prefix = ''): Record<string, NamedArray> {
  const named: Record<string, NamedArray> = {}
  for (const [name, { shape, data }] of arrays) {
    if (!name.startsWith(prefix)) continue
    named[name.slice(prefix.length)] = { shape, data, dtype: data instanceof Int32Array ? 'int32' : 'float32' }
  }
  return named
}

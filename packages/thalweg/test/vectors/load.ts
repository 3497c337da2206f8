/**
 * Reads one file of reference vectors: from the folder that THALWEG_VECTORS names when it is set, else from test/vectors
 * at the root of the checkout, where README.md says how they were made.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export type VectorFile = 'optimizers.json' | 'schedules.json' | 'layers.json' | 'golden.json'

/** A float64 tensor in row-major order. */
export interface VectorTensor {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

const shipped = fileURLToPath(new URL('../../../../test/vectors', import.meta.url))

/** `Contents` is the shape that the calling test knows its file to have. */
export function loadVectors<Contents extends { readonly cases: readonly unknown[] }>(file: VectorFile): Contents {
  return JSON.parse(readFileSync(resolve(process.env.THALWEG_VECTORS ?? shipped, file), 'utf8')) as Contents
}

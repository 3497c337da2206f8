/** The engines that every vector is replayed on, and how near each has to come. */
import { referenceBackend, wasmBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'

export interface Arena {
  readonly name: string
  readonly engine: Engine
  /** float64 or float32: picks a test's tolerance. */
  readonly precision: 'double' | 'single'
}

export const reference: Engine = createEngine(referenceBackend())

export const arenas: readonly Arena[] = [
  { name: 'the reference backend', engine: reference, precision: 'double' },
  { name: 'the wasm backend', engine: createEngine(wasmBackend()), precision: 'single' },
]

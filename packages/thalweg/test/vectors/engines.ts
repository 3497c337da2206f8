/** The engines that every vector is replayed on, and how near each has to come. */
import { referenceBackend } from 'thalweg/backend'
import { createEngine, type Engine } from 'thalweg/compile'

export interface Arena {
  readonly name: string
  readonly engine: Engine
  /** float64 or float32: picks a test's tolerance. */
  readonly precision: 'double' | 'single'
}

export const arenas: readonly Arena[] = [
  { name: 'the reference backend', engine: createEngine(referenceBackend()), precision: 'double' },
]

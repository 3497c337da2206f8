/**
 * The roofline: what a machine can do at best, as two numbers. A kernel that carries out W operations on Q bytes takes at
 * least max(W / operations per second, Q / bytes per second). Source: Williams, Waterman and Patterson, "Roofline: an
 * insightful visual performance model for multicore architectures", CACM 2009.
 */
import type { TypedArray } from '../base/index.ts'
import { constant, createNode, createVariable, readVariable, type StepGraph, type Variable } from '../graph/index.ts'
import { checkAtLeast0, checkEngine, checkNames } from './checks.ts'

export interface Roofline {
  readonly operationsPerSecond: number
  readonly bytesPerSecond: number
}

/** What is used of an engine. */
export interface Measured {
  compile(step: StepGraph): { run(inputs: readonly TypedArray[]): void; release(): void }
  free(variable: Variable): void
}

export interface RooflineOptions {
  /** Bytes of the arrays that are read and written, together. Default 48 MiB: more than most caches hold. */
  readonly bytes?: number
  /** Of measuring, for each of the two numbers. Default 0.5. */
  readonly seconds?: number
}

/** Side of the square matrices whose product shows how fast operations can be: they stay in the cache. */
const SIDE = 512
const BYTES = 4
const FEWEST = 3

/**
 * Measures both numbers with the engine's own best: a matrix product, and a triad (a = b + 3 a, as in McCalpin's STREAM, on two
 * arrays). With all threads that the engine has. The fastest of many rounds counts.
 *
 * @throws ThalwegError `compile/not-an-engine`, `compile/bad-option`, `compile/unknown-option`
 */
export function measureRoofline(engine: Measured, options: RooflineOptions = {}): Roofline {
  checkEngine('measureRoofline', engine)
  checkNames('measureRoofline', options, ['bytes', 'seconds'])
  const { bytes = 48 * 2 ** 20, seconds = 0.5 } = options
  checkAtLeast0('measureRoofline', 'bytes', bytes)
  checkAtLeast0('measureRoofline', 'seconds', seconds)
  const elements = Math.max(1024, Math.ceil(bytes / 2 / BYTES))
  return {
    operationsPerSecond: (2 * SIDE ** 3) / fastest(engine, seconds, product()),
    bytesPerSecond: (3 * elements * BYTES) / fastest(engine, seconds, triad(elements)),
  }
}

interface Trial {
  readonly step: StepGraph
  readonly variables: readonly Variable[]
}

function product(): Trial {
  const variables = ['a', 'b'].map((name) => createVariable({ name, shape: [SIDE, SIDE] }))
  const output = createNode('matmul', variables.map(readVariable), { transposeA: false, transposeB: false })
  return { step: { inputs: [], outputs: [output], updates: [] }, variables }
}

function triad(elements: number): Trial {
  const [a, b] = ['a', 'b'].map((name) => createVariable({ name, shape: [elements] }))
  const factor = createNode('broadcast', [constant(3)], { shape: [elements] })
  const value = createNode('add', [readVariable(b), createNode('mul', [readVariable(a), factor], {})], {})
  return { step: { inputs: [], outputs: [], updates: [{ variable: a, value }] }, variables: [a, b] }
}

/** Seconds of the fastest run. */
function fastest(engine: Measured, seconds: number, { step, variables }: Trial): number {
  const plan = engine.compile(step)
  try {
    let best = Infinity
    const end = performance.now() + 1000 * seconds
    for (let round = 0; round < FEWEST || performance.now() < end; round++) {
      const start = performance.now()
      plan.run([])
      best = Math.min(best, performance.now() - start)
    }
    return best / 1000
  } finally {
    plan.release()
    for (const variable of variables) engine.free(variable)
  }
}

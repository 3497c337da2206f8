/**
 * What the machine can do at best, by Thalweg's fastest kernels, printed as JSON: a matrix product whose panels fit the
 * cache, and the triad a = b + 3 a (McCalpin's STREAM, on two arrays) on more than most caches hold. The argument is the
 * number of threads.
 */
import { wasmBackend } from 'thalweg/backend'
import { createEngine, createStep } from 'thalweg/compile'
import { createVariable, type Node } from 'thalweg/graph'
import { add, assign, matmul, mul, variableTensor } from 'thalweg/tensor'

const SIDE = 512
const TRIAD_ELEMENTS = 3 * 2 ** 21
const SECONDS = 1

const threads = Number(process.argv[2] ?? 1)
const engine = createEngine(wasmBackend({ threads }))

/** Seconds of the fastest of many runs of a step that takes no inputs. */
function fastest(record: () => readonly Node[]): number {
  const step = createStep(engine, record)
  const plan = step.plan([])
  let least = Number.POSITIVE_INFINITY
  for (const end = performance.now() + 1000 * SECONDS; performance.now() < end; ) {
    const start = performance.now()
    plan.run([])
    least = Math.min(least, performance.now() - start)
  }
  step.release()
  return least / 1000
}

const [a, b] = ['a', 'b'].map((name) => createVariable({ name, shape: [SIDE, SIDE] }))
const product = fastest(() => [matmul(variableTensor(a), variableTensor(b)).node])
const [x, y] = ['x', 'y'].map((name) => createVariable({ name, shape: [TRIAD_ELEMENTS] }))
const triad = fastest(() => {
  assign(x, add(variableTensor(y), mul(variableTensor(x), 3)))
  return []
})
process.stdout.write(
  JSON.stringify({
    threads,
    operationsPerSecond: (2 * SIDE ** 3) / product,
    bytesPerSecond: (3 * 4 * TRIAD_ELEMENTS) / triad,
  }),
)

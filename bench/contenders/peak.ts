/**
 * What the machine can do at best, printed as JSON; the argument is the number of threads. The peak of operations is the
 * register kernel of the lab; beside it stand what Thalweg's matrix product makes of it, and a triad through memory.
 */
import { wasmBackend } from 'thalweg/backend'
import { createEngine, measureRoofline } from 'thalweg/compile'
import { registerPeakOf } from '../kernels/peak-of-threads.ts'

const SECONDS = 1

const threads = Number(process.argv[2] ?? 1)
const registers = await registerPeakOf(threads, SECONDS)
const { operationsPerSecond: productPerSecond, bytesPerSecond } = measureRoofline(
  createEngine(wasmBackend({ threads })),
  { seconds: SECONDS },
)
process.stdout.write(
  JSON.stringify({ threads, operationsPerSecond: registers * 1e9, productPerSecond, bytesPerSecond }),
)
process.exit()

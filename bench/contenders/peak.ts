/** What the machine can do at best, by Thalweg's fastest kernels: printed as JSON. The argument is the number of threads. */
import { wasmBackend } from 'thalweg/backend'
import { createEngine, measureRoofline } from 'thalweg/compile'

const threads = Number(process.argv[2] ?? 1)
const roofline = measureRoofline(createEngine(wasmBackend({ threads })), { seconds: 1 })
process.stdout.write(JSON.stringify({ threads, ...roofline }))

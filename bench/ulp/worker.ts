/** One of several: answers the number of each range with its finding. */
import { parentPort, workerData } from 'node:worker_threads'
import { accuracyOf, sweepRange } from './sweep.ts'

const accuracy = accuracyOf(String(workerData))
parentPort?.on('message', (range: number) => parentPort?.postMessage({ range, finding: sweepRange(accuracy, range) }))

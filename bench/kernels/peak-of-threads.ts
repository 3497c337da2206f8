/** The register peak of several cores at once: what each reaches while the others do the same, added up. */
import { once } from 'node:events'
import { startWorker } from '../../scripts/worker.ts'

/** GFLOP/s. */
export async function registerPeakOf(threads: number, seconds: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => {
    return startWorker(new URL('peak-worker.ts', import.meta.url), { workerData: seconds })
  })
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const rates = workers.map(async (worker): Promise<number> => {
    const [rate]: unknown[] = await once(worker, 'message')
    return Number(rate)
  })
  for (const worker of workers) worker.postMessage('go')
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0)
}

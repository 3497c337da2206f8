/** What the machine can do at best, measured by a program of its own before the races and after them: the better counts. */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { startChild } from './children.ts'
import type { Peak } from './report.ts'

export async function measurePeak(command: readonly string[]): Promise<Peak> {
  const child = startChild(command)
  const [found, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (found === '')
    throw new Error(
      complaint
        .trim()
        .split('\n')
        .find((line) => /error/i.test(line)) ?? 'no peak',
    )
  return JSON.parse(found) as Peak
}

/** Of two measurements with the same number of threads, the higher figure in each respect. */
export function higher(a: Peak, b: Peak): Peak {
  const { productPerSecond = 0 } = a
  return {
    threads: a.threads,
    operationsPerSecond: Math.max(a.operationsPerSecond, b.operationsPerSecond),
    productPerSecond: Math.max(productPerSecond, b.productPerSecond ?? 0),
    bytesPerSecond: Math.max(a.bytesPerSecond, b.bytesPerSecond),
  }
}

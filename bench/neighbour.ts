/**
 * What a busy neighbour costs: a process that computes all the time takes one of the cores, as on any machine that is shared.
 * Threads that wait for each other by spinning get many times slower then; these should take about as long as one alone.
 */
import { startChild } from './children.ts'
import type { ContenderOptions } from './contender.ts'
import { type Neighbour, type RaceOptions, race } from './race.ts'
import { figure, markdownTable } from './report.ts'
import type { Workload } from './workloads.ts'

/** Asleep until it is woken. */
function startNeighbour(): Neighbour & { close(): void } {
  const child = startChild([process.execPath, '-e', 'for (;;);'])
  child.kill('SIGSTOP')
  return {
    wake: () => void child.kill('SIGCONT'),
    sleep: () => void child.kill('SIGSTOP'),
    close: () => void child.kill('SIGKILL'),
  }
}

/** Milliseconds of a step, medians; undefined where they could not be had. */
export interface NeighbourFigures {
  readonly workload: string
  readonly threads: number
  /** On one thread, with the machine to itself. */
  readonly alone: number | undefined
  /** On all threads, with the machine to itself. */
  readonly together: number | undefined
  /** On one thread, beside a process that never rests: what that one takes from a core that it does not run on. */
  readonly aloneBeside: number | undefined
  /** On all threads, beside that process. */
  readonly beside: number | undefined
}

export async function measureBeside(
  workload: Workload,
  contender: ContenderOptions,
  { threads, ...options }: RaceOptions & { readonly threads: number },
): Promise<NeighbourFigures> {
  const neighbour = startNeighbour()
  const entries = [
    { contender, workload, threads: 1 },
    { contender, workload, threads },
    { contender, workload, threads: 1, neighbour },
    { contender, workload, threads, neighbour },
  ]
  const [alone, together, aloneBeside, beside] = (await race(entries, options)).map(({ median }) => median)
  neighbour.close()
  return { workload: workload.name, threads, alone, together, aloneBeside, beside }
}

export function neighbourTable(rows: readonly NeighbourFigures[]): string {
  const ratio = (a?: number, b?: number): string => (a === undefined || b === undefined ? '' : figure(a / b))
  const cells = rows.map(({ workload, threads, alone, together, aloneBeside, beside }) => [
    workload,
    String(threads),
    ...[alone, together, aloneBeside, beside].map((value) => (value === undefined ? '' : figure(value))),
    ratio(aloneBeside, alone),
    ratio(beside, alone),
  ])
  const columns = [
    'one thread, ms',
    'all threads',
    'one, beside a busy process',
    'all, beside it',
    'one, over one alone',
    'all, over one alone',
  ]
  return markdownTable(['workload', 'threads', ...columns], cells)
}

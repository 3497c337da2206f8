/** What was measured, and how it is put into tables. */
import type { KernelWork } from './protocol.ts'

export interface Measurement {
  readonly workload: string
  readonly contender: string
  readonly threads: number
  readonly about: string
  /** In which way its work is not that of the workload. */
  readonly differs?: string | undefined
  /** Milliseconds per step over all rounds. Absent where the contender cannot do the work. */
  readonly median?: number
  /** The tenth and the ninetieth percentile. */
  readonly fastest?: number
  readonly slowest?: number
  /** Floating-point operations that a step needs at least, for whoever does it. */
  readonly operations?: number
  readonly compileMs?: number | undefined
  readonly kernels?: readonly KernelWork[] | undefined
  /** Bytes of the process: before it prepared anything, and the most it ever held. */
  readonly memory?: { readonly idle: number; readonly peak: number }
  readonly unsupported?: string
}

/** What the machine can do at best with as many threads, on the newest Node at hand. */
export interface Peak {
  readonly threads: number
  /** Of the register kernel (kernels/peak.ts). */
  readonly operationsPerSecond: number
  /** Of Thalweg's matrix product of 512 x 512, beside it. Figures of earlier runs have none. */
  readonly productPerSecond?: number
  /** Of a triad through memory. */
  readonly bytesPerSecond: number
}

/** Whom ratios are of, the first that took part. */
export const SUBJECTS: readonly string[] = ['thalweg-new-node', 'thalweg']

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The value below which `share` of the figures lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

/** Three digits: milliseconds, ratios. */
export function figure(value: number): string {
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(3)
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'))
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}

/** How many times as long as `subjects`, the first of them that took part, on the same number of threads. */
export function ratio(
  row: Measurement,
  rows: readonly Measurement[],
  subjects: readonly string[] = SUBJECTS,
): number | undefined {
  const peers = rows.filter(({ workload, threads }) => workload === row.workload && threads === row.threads)
  const subject = subjects
    .map((name) => peers.find(({ contender }) => contender === name))
    .find((found) => found?.median)
  return row.median === undefined || subject?.median === undefined ? undefined : row.median / subject.median
}

/** Milliseconds that a plan's kernels take at least, each of them held to both peaks. */
function leastMilliseconds(kernels: readonly KernelWork[], { operationsPerSecond, bytesPerSecond }: Peak): number {
  const seconds = kernels.map(({ operations, bytes }) =>
    Math.max(operations / operationsPerSecond, bytes / bytesPerSecond),
  )
  return 1000 * seconds.reduce((sum, each) => sum + each, 0)
}

const HEAD = [
  'contender',
  'threads',
  'ms/step',
  '10-90%',
  'time / Thalweg',
  'GFLOP/s',
  'of peak',
  'of roofline',
  'compile ms',
  'peak MB (idle)',
]

/** One workload's rows: median, spread, how many times Thalweg's time it is, what share of the machine, memory. */
export function workloadTable(rows: readonly Measurement[], peaks: readonly Peak[] = []): string {
  return markdownTable(
    HEAD,
    rows.map((row) => cellsOf(row, rows, peaks)),
  )
}

function cellsOf(row: Measurement, rows: readonly Measurement[], peaks: readonly Peak[]): string[] {
  const { contender, about, differs, threads, median: ms } = row
  if (ms === undefined) return [contender, String(threads), row.unsupported ?? '', ...HEAD.slice(3).map(() => '')]
  const peak = peaks.find((each) => each.threads === threads)
  const perSecond = (row.operations ?? 0) / (ms / 1000)
  const least = peak && row.kernels && leastMilliseconds(row.kernels, peak)
  return [
    `${contender}: ${about}${differs === undefined ? '' : ` (${differs})`}`,
    String(threads),
    figure(ms),
    `${figure(row.fastest ?? ms)}-${figure(row.slowest ?? ms)}`,
    ratio(row, rows)?.toFixed(2) ?? '',
    figure(perSecond / 1e9),
    peak === undefined ? '' : percent(perSecond / peak.operationsPerSecond),
    least === undefined ? '' : percent(least / ms),
    row.compileMs?.toFixed(0) ?? '',
    row.memory === undefined ? '' : `${megabytes(row.memory.peak)} (${megabytes(row.memory.idle)})`,
  ]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.095 ? 1 : 0)}%`
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}

/** The bench's figures: what was measured, and how it is put into words. */
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
  readonly compileMs?: number | undefined
  readonly kernels?: readonly KernelWork[] | undefined
  /** Bytes of the process: before it prepared anything, and the most it ever held. */
  readonly memory?: { readonly idle: number; readonly peak: number }
  readonly unsupported?: string
}

/** Whom ratios are of, the first that took part. */
const SUBJECTS = ['thalweg-new-node', 'thalweg']

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

const figure = (ms: number): string =>
  ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3)

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

/** One Markdown table a workload: median, spread, and how many times Thalweg's time it is. */
export function markdown(measurements: readonly Measurement[]): string {
  const workloads = [...new Set(measurements.map(({ workload }) => workload))]
  return workloads
    .map((workload) =>
      table(
        measurements.filter((m) => m.workload === workload),
        workload,
      ),
    )
    .join('\n\n')
}

/** How many times as long as Thalweg on the same number of threads. */
export function ratio(row: Measurement, rows: readonly Measurement[]): number | undefined {
  const peers = rows.filter(({ workload, threads }) => workload === row.workload && threads === row.threads)
  const subject = SUBJECTS.map((name) => peers.find(({ contender }) => contender === name)).find(
    (found) => found?.median,
  )
  return row.median === undefined || subject?.median === undefined ? undefined : row.median / subject.median
}

function table(rows: readonly Measurement[], workload: string): string {
  const lines = [
    `### ${workload}`,
    '',
    '| contender | threads | ms/step | 10-90% | time / Thalweg | compile ms | peak MB (idle) |',
    '|---|--:|--:|--:|--:|--:|--:|',
  ]
  for (const row of rows) {
    if (row.median === undefined) lines.push(`| ${row.contender} | ${row.threads} | ${row.unsupported} | | | | |`)
    else {
      const cells = [
        `${row.contender}: ${row.about}`,
        row.threads,
        figure(row.median),
        `${figure(row.fastest ?? 0)}-${figure(row.slowest ?? 0)}`,
        ratio(row, rows)?.toFixed(2) ?? '',
        row.compileMs?.toFixed(0) ?? '',
        row.memory === undefined ? '' : `${megabytes(row.memory.peak)} (${megabytes(row.memory.idle)})`,
      ]
      lines.push(`| ${cells.join(' | ')} |`)
    }
  }
  return lines.join('\n')
}

/** The bench's figures: what was measured, and how it is put into words. */

export interface Measurement {
  readonly workload: string
  readonly contender: string
  readonly threads: number
  readonly about: string
  /** Milliseconds per step over all rounds. Absent where the contender cannot do the work. */
  readonly median?: number
  readonly fastest?: number
  readonly slowest?: number
  readonly unsupported?: string
}

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

/** One Markdown table a workload: median, spread, and how many times Thalweg's time it is. */
export function markdown(measurements: readonly Measurement[], subject: string): string {
  const workloads = [...new Set(measurements.map(({ workload }) => workload))]
  return workloads
    .map((workload) =>
      table(
        measurements.filter((m) => m.workload === workload),
        workload,
        subject,
      ),
    )
    .join('\n\n')
}

function table(rows: readonly Measurement[], workload: string, subject: string): string {
  const lines = [
    `### ${workload}`,
    '',
    `| contender | threads | ms/step | 10-90% | time / ${subject} |`,
    '|---|--:|--:|--:|--:|',
  ]
  for (const row of rows) {
    const own = rows.find(({ contender, threads }) => contender === subject && threads === row.threads)
    if (row.median === undefined) lines.push(`| ${row.contender} | ${row.threads} | - | - | ${row.unsupported} |`)
    else {
      const ratio = own?.median === undefined ? '' : (row.median / own.median).toFixed(2)
      lines.push(
        `| ${row.about} | ${row.threads} | ${figure(row.median)} | ${figure(row.fastest ?? 0)}-${figure(row.slowest ?? 0)} | ${ratio} |`,
      )
    }
  }
  return lines.join('\n')
}

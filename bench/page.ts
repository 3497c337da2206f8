/** docs/speed.md: everything that a run of the bench measured, as a page. Nothing on it is written by hand. */
import type { Figures } from './figures.ts'
import { figure, type Measurement, markdownTable, ratio, workloadTable } from './report.ts'
import { growsTooFast, growth, type ScalingCurve } from './scaling.ts'
import { WORKLOADS } from './workloads.ts'

export function speedPage(figures: Figures): string {
  const { commands, date, machine, peaks, measurements, scaling } = figures
  const { processor, cores, memoryGiB, system } = machine
  const versions = [...new Set(measurements.flatMap(({ median, about }) => (median === undefined ? [] : [about])))]
  const parts = [
    '# How fast',
    `Written by ${commands.map((command) => `\`${command}\``).join(' and ')} on ${date}: ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}. Absolute times belong to this
machine; ratios travel better, and everyone's differ.`,
    `Everybody trains the same networks from the same weights on the same batch; \`npm run bench -- --verify\` shows that the first
losses agree. A step is forward, backward and update. Contenders take turns in slices of half a second, so that what the
machine does meanwhile hits all alike; the median of all slices after a warm-up is shown.`,
    '## Time over that of Thalweg',
    `More than 1: Thalweg is faster. Thalweg on the newest Node at hand, the same number of threads.`,
    '![How many times as long the others take](images/speed.svg)',
    ratiosTable(measurements),
    peaks.length === 0 ? undefined : peaksSection(figures),
    '## Workload by workload',
    `GFLOP/s counts the products of dense layers and convolutions alone, the same for all; *of peak* is their share of the peak
above; 3x3 convolutions by Winograd's minimal filtering multiply less than is counted, so it can pass 100%. *Of roofline* is the time that Thalweg's own kernels would take at least, each at the peak of operations or of
memory, over the time of the step. *Compile* is from recording the first step to a plan that can run. Memory is the most
that the process ever held, and what it held before it built anything.`,
    ...workloadNames(measurements).flatMap((name) => workloadSection(name, figures)),
    scaling.length === 0 ? undefined : scalingSection(scaling),
    '## Who took part',
    versions.map((version) => `- ${version}`).join('\n'),
  ]
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`
}

function workloadNames(measurements: readonly Measurement[]): string[] {
  return [...new Set(measurements.map(({ workload }) => workload))]
}

/** Peers in columns, workloads in rows. */
function ratiosTable(measurements: readonly Measurement[]): string {
  const peers = [...new Set(measurements.flatMap(({ contender, median }) => (median === undefined ? [] : [contender])))]
  const counts = [...new Set(measurements.map(({ threads }) => threads))]
  const rows = workloadNames(measurements).flatMap((workload) =>
    counts.map((threads) => {
      const cells = peers.map((peer) => {
        const row = measurements.find((m) => m.workload === workload && m.threads === threads && m.contender === peer)
        const value = row && ratio(row, measurements)
        return value === undefined ? '' : figure(value)
      })
      return [workload, String(threads), ...cells]
    }),
  )
  return markdownTable(['workload', 'threads', ...peers], rows)
}

function peaksSection({ peaks }: Figures): string {
  const rows = peaks.map(({ threads, operationsPerSecond, bytesPerSecond }) => [
    String(threads),
    figure(operationsPerSecond / 1e9),
    figure(bytesPerSecond / 1e9),
  ])
  return `## The peak\n\nMeasured in the same run, by Thalweg's matrix product of 512 x 512 and its triad on more than the caches hold.\n\n${markdownTable(['threads', 'GFLOP/s', 'GB/s'], rows)}`
}

function workloadSection(name: string, { measurements, peaks }: Figures): string[] {
  const about = WORKLOADS.find((workload) => workload.name === name)?.about ?? ''
  const rows = measurements.filter(({ workload }) => workload === name)
  return [`### ${name}`, `${about}.`, workloadTable(rows, peaks)]
}

export function scalingTable({ axis, points }: ScalingCurve): string {
  const grown = growth(points)
  const rows = points.map(({ value, milliseconds, operations, compileMs }, i) => [
    String(value),
    milliseconds === undefined ? '-' : figure(milliseconds),
    milliseconds === undefined ? '-' : figure(operations / milliseconds / 1e6),
    `${grown[i]?.toFixed(2) ?? '-'}${growsTooFast(grown[i]) ? ' too fast' : ''}`,
    compileMs?.toFixed(0) ?? '',
  ])
  return markdownTable(
    [axis, 'ms/step', axis === 'threads' ? 'GFLOP/s a thread' : 'GFLOP/s', 'growth', 'compile ms'],
    rows,
  )
}

function scalingSection(scaling: readonly ScalingCurve[]): string {
  const tables = scaling.map((curve) => `### ${curve.name}: ${curve.axis}\n\n${scalingTable(curve)}`)
  const words = `Time against one size at a time. *Growth* is time per operation over the least of all smaller sizes: above 1.25 cost grows
faster than work. For threads the work is that of each thread. What grows so along the size of an image, and why, stands in
[the kernel lab](../bench/kernels/README.md#where-time-grows-faster-than-work).`
  return ['## How time grows', words, '![Time against sizes](images/scaling.svg)', ...tables].join('\n\n')
}

/** docs/speed.md: everything that a run of the bench measured, as a page. Nothing on it is written by hand. */
import { cautions } from './cautions.ts'
import type { Figures } from './figures.ts'
import { figure, type Measurement, markdownTable, ratio, workloadTable } from './report.ts'
import { scalingSection } from './scaling-page.ts'
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
losses agree. A step is forward, backward and update. Contenders take turns in short slices, so that what the
machine does meanwhile hits all alike; the median of all slices after a warm-up is shown.`,
    '## Time over that of Thalweg',
    `More than 1: Thalweg is faster. Thalweg on the newest Node at hand, the same number of threads.`,
    '![How many times as long the others take](images/speed.svg)',
    ratiosTable(measurements),
    bestSection(measurements),
    cautionSection(figures),
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
function ratiosTable(measurements: readonly Measurement[], named: (threads: number) => string = String): string {
  const peers = [...new Set(measurements.flatMap(({ contender, median }) => (median === undefined ? [] : [contender])))]
  const counts = [...new Set(measurements.map(({ threads }) => threads))]
  const rows = workloadNames(measurements).flatMap((workload) =>
    counts.map((threads) => {
      const cells = peers.map((peer) => {
        const row = measurements.find((m) => m.workload === workload && m.threads === threads && m.contender === peer)
        const value = row && ratio(row, measurements)
        return value === undefined ? '' : figure(value)
      })
      return [workload, named(threads), ...cells]
    }),
  )
  return markdownTable(['workload', 'threads', ...peers], rows)
}

/** Everyone with the number of threads that suits the workload best. */
function bestSection(measurements: readonly Measurement[]): string | undefined {
  if (new Set(measurements.map(({ threads }) => threads)).size < 2) return undefined
  const best = new Map<string, Measurement>()
  for (const row of measurements) {
    const key = `${row.workload}/${row.contender}`
    if (row.median !== undefined && row.median < (best.get(key)?.median ?? Infinity)) best.set(key, row)
  }
  // As if there were one number of threads.
  const rows = [...best.values()].map((row): Measurement => ({ ...row, threads: 0 }))
  return `### Everyone at their best

The same, each with the number of threads that suits it best in the workload.

${ratiosTable(rows, () => 'the best')}`
}

function cautionSection({ measurements, peaks }: Figures): string | undefined {
  const said = cautions(measurements, peaks)
  if (said.length === 0) return undefined
  return `## What to mind\n\n${said.map((sentence) => `- ${sentence}`).join('\n')}`
}

function peaksSection({ peaks }: Figures): string {
  const isOld = peaks.some(({ productPerSecond }) => productPerSecond === undefined)
  const rows = peaks.map(({ threads, operationsPerSecond, productPerSecond, bytesPerSecond }) => [
    String(threads),
    figure(operationsPerSecond / 1e9),
    ...(productPerSecond === undefined
      ? []
      : [`${figure(productPerSecond / 1e9)} (${((100 * productPerSecond) / operationsPerSecond).toFixed(0)}%)`]),
    figure(bytesPerSecond / 1e9),
  ])
  const words = isOld
    ? "Measured in the same run, by Thalweg's matrix product of 512 x 512 and its triad on more than most caches hold."
    : `Measured in the same run, before the races and after them; the better counts. *Registers* is the inner loop of all products
on rows and a panel that lie in the first cache, without packing, edges or anything else: the most that WebAssembly gets out of
this machine (\`bench/kernels/peak.ts\`; of several threads, the best of each while all of them run). *Matrix product* is what Thalweg makes of it
with 512 x 512. The triad is that of STREAM in place, a = b + 3 a, over 48 MiB, which most caches do not hold.`
  const head = ['threads', 'registers, GFLOP/s', ...(isOld ? [] : ['matrix product']), 'triad, GB/s']
  return `## The peak\n\n${words}\n\n${markdownTable(isOld ? ['threads', 'GFLOP/s', 'GB/s'] : head, rows)}`
}

function workloadSection(name: string, { measurements, peaks }: Figures): string[] {
  const about = WORKLOADS.find((workload) => workload.name === name)?.about ?? ''
  const rows = measurements.filter(({ workload }) => workload === name)
  return [`### ${name}`, `${about}.`, workloadTable(rows, peaks)]
}

/** npm run bench: Thalweg and its peers on the same training steps, in one run. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomic } from 'thalweg/train'
import { runCommand } from '../scripts/options.ts'
import { endChildrenWithThis } from './children.ts'
import { type BenchOptions, checkTogether, command, fieldOf, modeOf } from './command.ts'
import { peakCommand } from './field.ts'
import { describeMachine, type Figures, readFigures } from './figures.ts'
import { measureBeside, type NeighbourFigures, neighbourTable } from './neighbour.ts'
import { speedPage } from './page.ts'
import { higher, measurePeak } from './peak.ts'
import { ratiosSvg, scalingSvg } from './plot.ts'
import { race } from './race.ts'
import { type Measurement, type Peak, workloadTable } from './report.ts'
import { type ScalingCurve, SWEEPS, scale } from './scaling.ts'
import { scalingTable } from './scaling-page.ts'
import { trace, verdictOn } from './verify.ts'
import { WORKLOADS, type Workload } from './workloads.ts'

function chosenWorkloads({ workloads }: BenchOptions): readonly Workload[] {
  return WORKLOADS.filter(({ name }) => workloads?.includes(name) ?? true)
}

async function verifyAll(asked: BenchOptions): Promise<void> {
  for (const workload of chosenWorkloads(asked)) {
    const traced = await trace(workload, fieldOf(asked, 1), asked.patience)
    const judge = traced.find(({ contender }) => contender === 'pytorch')
    console.log(workload.name)
    for (const entry of traced) {
      const verdict = judge === undefined ? undefined : verdictOn(entry, judge)
      if (verdict?.endsWith('DIFFERS')) process.exitCode = 1
      const losses = 'losses' in entry ? entry.losses.map((loss) => loss.toFixed(6)).join(' ') : entry.unsupported
      console.log(`  ${entry.contender.padEnd(18)}${losses}  ${verdict ?? ''}`)
    }
  }
}

async function raceAll(asked: BenchOptions): Promise<Pick<Figures, 'peaks' | 'measurements'>> {
  const { rounds, patience, seconds = 4, 'warm-up': warmUp } = asked
  const measurements: Measurement[] = []
  const before = await measurePeaks(asked)
  for (const workload of chosenWorkloads(asked)) {
    const entries = asked.threads.flatMap((threads) =>
      fieldOf(asked, threads).map((contender) => ({ contender, workload, threads })),
    )
    const rows = await race(entries, { seconds, rounds, warmUp, patience })
    measurements.push(...rows)
    console.log(`### ${workload.name}\n\n${workloadTable(rows, before)}\n`)
  }
  const after = await measurePeaks(asked)
  return { peaks: before.map((peak, i) => higher(peak, after[i])), measurements }
}

async function measurePeaks({ threads, 'new-node': newNode }: BenchOptions): Promise<Peak[]> {
  const peaks: Peak[] = []
  for (const count of threads) peaks.push(await measurePeak(peakCommand({ newNode }, count)))
  return peaks
}

/** Of Thalweg, or of the one contender that is named. */
async function scaleAll(asked: BenchOptions): Promise<ScalingCurve[]> {
  const [contender] = fieldOf(asked, 1)
  const { workloads, seconds = 1, patience, 'warm-up': warmUp } = asked
  const curves: ScalingCurve[] = []
  for (const sweep of SWEEPS.filter(({ name }) => workloads?.includes(name) ?? true)) {
    const curve = await scale(sweep, contender, { seconds, warmUp, patience })
    curves.push(curve)
    console.log(`### ${curve.contender}, ${curve.name}: ${curve.axis}\n\n${scalingTable(curve)}\n`)
  }
  return curves
}

/** On as many threads as there are cores. */
async function measureNeighbour(asked: BenchOptions): Promise<void> {
  const { rounds, patience, seconds = 4, 'warm-up': warmUp } = asked
  const threads = availableParallelism()
  const [contender] = fieldOf(asked, threads)
  const rows: NeighbourFigures[] = []
  for (const workload of chosenWorkloads(asked))
    rows.push(await measureBeside(workload, contender, { threads, seconds, rounds, warmUp, patience }))
  console.log(`${contender.name}\n\n${neighbourTable(rows)}`)
}

/** What the file has of the other kind of run is taken along. */
async function measureAll(asked: BenchOptions): Promise<void> {
  const { json, scaling } = asked
  // Read before anything is measured: a file that is none would be lost hours later.
  const before = json !== undefined && existsSync(json) ? readFigures(json, '--json') : undefined
  const measured = scaling ? { scaling: await scaleAll(asked) } : await raceAll(asked)
  if (json === undefined) return
  const typed = `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim()
  const others = (before?.commands ?? []).filter((each) => each.includes('--scaling') !== scaling)
  const figures: Figures = {
    commands: scaling ? [...others, typed] : [typed, ...others],
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    peaks: before?.peaks ?? [],
    measurements: before?.measurements ?? [],
    scaling: before?.scaling ?? [],
    ...measured,
  }
  await writeFileAtomic(json, `${JSON.stringify(figures, null, 1)}\n`)
}

async function publish(figures: Figures): Promise<void> {
  const docs = join(import.meta.dirname, '../docs')
  await writeFileAtomic(join(docs, 'images/speed.svg'), ratiosSvg(figures))
  if (figures.scaling.length > 0) await writeFileAtomic(join(docs, 'images/scaling.svg'), scalingSvg(figures.scaling))
  await writeFileAtomic(join(docs, 'speed.md'), speedPage(figures))
}

/** Contenders are measured as users install them. Not before the options are known to be right: it takes seconds. */
function buildThalweg(): void {
  const cwd = join(import.meta.dirname, '..')
  execFileSync('npm', ['run', '--silent', 'build'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

endChildrenWithThis()
await runCommand(command, async (asked) => {
  checkTogether(asked)
  if (asked.docs !== undefined) return publish(readFigures(asked.docs, '--docs'))
  buildThalweg()
  if (modeOf(asked) === 'verify') await verifyAll(asked)
  else if (modeOf(asked) === 'neighbour') await measureNeighbour(asked)
  else await measureAll(asked)
})

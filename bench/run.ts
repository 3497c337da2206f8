/** npm run bench: Thalweg and its peers on the same training steps, in one run. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CONTENDERS, field, isContenderName, peakCommand } from './field.ts'
import { describeMachine, type Figures } from './figures.ts'
import { scalingTable, speedPage } from './page.ts'
import { ratiosSvg, scalingSvg } from './plot.ts'
import { race } from './race.ts'
import { type Measurement, type Peak, SUBJECTS, workloadTable } from './report.ts'
import { type ScalingCurve, SWEEPS, scale } from './scaling.ts'
import { trace, verdictOn } from './verify.ts'
import { WORKLOADS, type Workload } from './workloads.ts'

const USAGE = `npm run bench -- [options]

  --workloads a,b    of ${WORKLOADS.map(({ name }) => name).join(', ')} (default: all)
  --only a,b         of the contenders below (default: all that start)
  --threads a,b      thread counts, for those that have threads (default 1)
  --seconds S        measured seconds for each contender, workload and thread count (default 4; 1 for each size of a curve)
  --rounds R         turns they are taken in (default 8)
  --warm-up S        seconds of steps that do not count, before (default 1)
  --patience S       seconds after which whoever does not answer is left out (default 100)
  --python PATH      a Python that has torch (default: /usr/bin/python3, else python3)
  --new-node PATH    a newer Node (default: node_modules/node/bin/node; npm i --no-save node@24)
  --json FILE        also write the figures to this file; races take the curves along that are in it, and the other way

  --scaling          instead: time against batch, width, depth, image size and threads
  --verify           instead: compare the losses of the first steps
  --docs FILE        instead: write docs/speed.md and its pictures from the file of an earlier run

Contenders:
${Object.entries(CONTENDERS)
  .map(([name, about]) => `  ${name.padEnd(18)} ${about}`)
  .join('\n')}`

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string' },
    only: { type: 'string' },
    threads: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '1' },
    patience: { type: 'string', default: '100' },
    python: { type: 'string' },
    'new-node': { type: 'string' },
    json: { type: 'string' },
    docs: { type: 'string' },
    scaling: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const only = options.only?.split(',')
const fieldOptions = { python: options.python, newNode: options['new-node'], only }
const numbers = [options.seconds ?? (options.scaling ? '1' : '4'), options.rounds, options['warm-up'], options.patience]
const [seconds, rounds, warmUp, patience] = numbers.map(Number)

/** What is asked for and does not exist, or undefined. */
function mistake(): string | undefined {
  const unknown = options.workloads?.split(',').find((name) => WORKLOADS.every((workload) => workload.name !== name))
  if (unknown !== undefined) return `no workload ${unknown}`
  const stranger = only?.find((name) => !isContenderName(name))
  return stranger === undefined ? undefined : `no contender ${stranger}`
}

function chosenWorkloads(): readonly Workload[] {
  const wanted = options.workloads?.split(',')
  return WORKLOADS.filter(({ name }) => wanted?.includes(name) ?? true)
}

async function verifyAll(): Promise<void> {
  for (const workload of chosenWorkloads()) {
    const traced = await trace(workload, field(fieldOptions, 1), patience)
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

async function raceAll(): Promise<Pick<Figures, 'peaks' | 'measurements'>> {
  const peaks: Peak[] = []
  const measurements: Measurement[] = []
  const counts = options.threads.split(',').map(Number)
  for (const threads of counts) peaks.push(measurePeak(threads))
  for (const workload of chosenWorkloads()) {
    const rows: Measurement[] = []
    for (const threads of counts)
      rows.push(...(await race(workload, field(fieldOptions, threads), { threads, seconds, rounds, warmUp, patience })))
    measurements.push(...rows)
    console.log(`### ${workload.name}\n\n${workloadTable(rows, peaks)}\n`)
  }
  return { peaks, measurements }
}

function measurePeak(threads: number): Peak {
  const [program, ...args] = peakCommand(fieldOptions, threads)
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Peak
}

/** Of Thalweg, or of the one contender that is named. */
async function scaleAll(): Promise<ScalingCurve[]> {
  const [contender] = field({ ...fieldOptions, only: only ?? SUBJECTS }, 1)
  const wanted = options.workloads?.split(',')
  const curves: ScalingCurve[] = []
  for (const sweep of SWEEPS.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const curve = await scale(sweep, contender, { seconds, warmUp, patience })
    curves.push(curve)
    console.log(`### ${curve.contender}, ${curve.name}: ${curve.axis}\n\n${scalingTable(curve)}\n`)
  }
  return curves
}

/** What the file has of the other kind of run is taken along. */
async function measureAll(): Promise<Figures> {
  const file = options.json
  const before = file !== undefined && existsSync(file) ? await readFigures(file) : undefined
  const measured = options.scaling ? { scaling: await scaleAll() } : await raceAll()
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim()
  const others = (before?.commands ?? []).filter((each) => each.includes('--scaling') !== options.scaling)
  return {
    commands: options.scaling ? [...others, command] : [command, ...others],
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    peaks: before?.peaks ?? [],
    measurements: before?.measurements ?? [],
    scaling: before?.scaling ?? [],
    ...measured,
  }
}

async function readFigures(file: string): Promise<Figures> {
  return JSON.parse(await readFile(file, 'utf8')) as Figures
}

async function publish(figures: Figures): Promise<void> {
  const docs = join(import.meta.dirname, '../docs')
  await writeFile(join(docs, 'speed.md'), speedPage(figures))
  await writeFile(join(docs, 'images/speed.svg'), ratiosSvg(figures))
  if (figures.scaling.length > 0) await writeFile(join(docs, 'images/scaling.svg'), scalingSvg(figures.scaling))
}

const wrong = mistake()
if (options.help) console.log(USAGE)
else if (wrong !== undefined) {
  console.error(`${wrong}\n\n${USAGE}`)
  process.exitCode = 2
} else if (options.verify) await verifyAll()
else if (options.docs !== undefined) await publish(await readFigures(options.docs))
else {
  const figures = await measureAll()
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(figures, null, 1)}\n`)
}

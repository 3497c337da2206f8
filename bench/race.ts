/**
 * Contenders, each with a workload and a number of threads. They prepare, then take turns, one short slice each, round after
 * round, so that a machine that drifts drifts for all; idle ones sleep. Whatever is to be compared belongs in one race.
 */
import { type Contender, type ContenderOptions, startContender } from './contender.ts'
import type { Ready } from './protocol.ts'
import { type Measurement, median, quantile } from './report.ts'
import { operationsOf } from './work.ts'
import type { Workload } from './workloads.ts'

export interface Neighbour {
  wake(): void
  sleep(): void
}

export interface Entry {
  readonly contender: ContenderOptions
  readonly workload: Workload
  readonly threads: number
  /** Who is awake while it is measured, and nobody else. */
  readonly neighbour?: Neighbour
}

export interface RaceOptions {
  /** Measured seconds for each contender. */
  readonly seconds: number
  /** Slices that they are measured in. */
  readonly rounds: number
  /** Seconds of steps before anything counts: compilers tier up, caches fill. */
  readonly warmUp: number
  /** Seconds that nobody may take for an answer, beside those of measuring. */
  readonly patience: number
}

interface Refused {
  readonly entry: Entry
  readonly unsupported: string
}

/** A contender that got ready. */
interface Racer {
  readonly entry: Entry
  readonly contender: Contender
  readonly ready: Ready
  /** Bytes before it prepared anything. */
  readonly idle: number | undefined
  readonly times: number[]
  spent: number
  /** Set when it fell out on the way. */
  unsupported?: string
}

/** Measurements in the order of the entries. */
export async function race(entries: readonly Entry[], options: RaceOptions): Promise<Measurement[]> {
  const { seconds, rounds, warmUp, patience } = options
  const racers: (Racer | Refused)[] = []
  for (const entry of entries) racers.push(await admit(entry, patience))
  const admitted = racers.filter((racer) => 'contender' in racer)
  for (const racer of admitted) await turn(racer, warmUp, false)
  for (let round = 0; round < rounds; round++)
    // One whose single step takes longer than all of its time has had its turn.
    for (const racer of admitted) if (racer.spent < seconds) await turn(racer, seconds / rounds, true)
  return racers.map((racer) => ('contender' in racer ? measurementOf(racer) : refusal(racer)))
}

async function admit(entry: Entry, patience: number): Promise<Racer | Refused> {
  const contender = startContender(entry.contender, patience)
  const greeting = await contender.greet()
  const idle = contender.memory()?.now
  const ready = 'unsupported' in greeting ? greeting : await contender.prepare(entry.workload, entry.threads)
  if (!('unsupported' in ready)) return { entry, contender, ready, idle, times: [], spent: 0 }
  contender.close()
  return { entry, unsupported: ready.unsupported }
}

function refusal({ entry: { contender, workload, threads }, unsupported }: Refused): Measurement {
  return { workload: workload.name, threads, contender: contender.name, about: contender.name, unsupported }
}

/** Closes the contender, too. */
function measurementOf({ entry, contender, ready, idle, times, unsupported }: Racer): Measurement {
  const { workload, threads } = entry
  const peak = unsupported === undefined ? contender.memory()?.most : undefined
  contender.close()
  const found = { workload: workload.name, threads, contender: contender.name, about: ready.about }
  if (unsupported !== undefined) return { ...found, unsupported }
  return {
    ...found,
    differs: ready.differs,
    median: median(times),
    fastest: quantile(times, 0.1),
    slowest: quantile(times, 0.9),
    operations: operationsOf(workload),
    compileMs: ready.compileMs,
    kernels: ready.kernels,
    ...(idle !== undefined && peak !== undefined && { memory: { idle, peak } }),
  }
}

async function turn(racer: Racer, seconds: number, counts: boolean): Promise<void> {
  if (racer.unsupported !== undefined) return
  const { neighbour } = racer.entry
  neighbour?.wake()
  const start = performance.now()
  const answer = await racer.contender.measure(seconds)
  neighbour?.sleep()
  if ('unsupported' in answer) racer.unsupported = answer.unsupported
  else if (counts) {
    racer.times.push(...answer)
    racer.spent += (performance.now() - start) / 1000
  }
}

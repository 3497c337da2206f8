/** One program trained once: what it scored, what was said about it, and what it took. */
import { ThalwegError } from 'thalweg/base'
import type { Dataset } from 'thalweg/data'
import { advise, fix } from 'thalweg/diagnose'
import { type FindingEvent, type FitOptions, fit, type Metrics, type TrainEvent } from 'thalweg/train'
import { aboveCommonest } from './baseline.ts'
import { buildProgram } from './build.ts'
import type { Program } from './program.ts'
import { type Rows, rowCount, type Table } from './tables/table.ts'

export type Mode = 'off' | 'advise' | 'fix'

/** A finding as far as it is judged. */
export interface Found extends Pick<FindingEvent, 'code' | 'severity' | 'step'> {
  readonly layer?: string
}

export interface Outcome {
  /** On the test part: 0 is the best constant answer (or worse), 1 is perfection. */
  readonly gain: number
  /** The same on the training and on the validation part, by the finished network. */
  readonly trainGain: number
  readonly validGain: number
  /** Training examples that were read, each as often as it was: by steps, by trials of a repair, by whoever looked. */
  readonly examples: number
  readonly steps: number
  /** By the clock; and those of them in which training waited for a batch. */
  readonly seconds: number
  readonly waitedSeconds: number
  readonly findings: readonly Found[]
  /** Code of the error that ended it early. */
  readonly error?: string
}

export async function runTrial(program: Program, mode: Mode): Promise<Outcome> {
  const { model, options, table } = buildProgram(program)
  const findings: Found[] = []
  let steps = 0
  const onEvent = (event: TrainEvent): void => {
    if (event.type === 'epoch') steps = event.step
    if (event.type === 'finding') {
      const { code, severity, step, layer } = event
      findings.push({ code, severity, step, ...(layer !== undefined && { layer }) })
    }
  }
  const train = counted(options.train)
  const started = performance.now()
  const spent = () => {
    const { examples, waitedMs } = train.count()
    return { examples, seconds: (performance.now() - started) / 1000, waitedSeconds: waitedMs / 1000 }
  }
  try {
    const run = await fit(model, { ...options, train: train.dataset, onEvent, ...babysitter(mode) })
    const cost = spent()
    const gain = gainFrom(run.test, table, table.test)
    const trainGain = gainFrom(await run.evaluate(options.train), table, table.train)
    const validGain = options.valid ? gainFrom(await run.evaluate(options.valid), table, table.valid) : 0
    return { gain, trainGain, validGain, ...cost, steps: run.steps, findings }
  } catch (error) {
    if (!isOfProgram(error)) throw error
    return { gain: 0, trainGain: 0, validGain: 0, ...spent(), steps, findings, error: error.code }
  }
}

/** Whether an error is what a program deserves. One of the library's own spoils the figures and ends the benchmark. */
export function isOfProgram(error: unknown): error is ThalwegError {
  return error instanceof ThalwegError && error.code !== 'internal'
}

interface Counted {
  readonly dataset: Dataset
  readonly count: () => { readonly examples: number; readonly waitedMs: number }
}

function counted(dataset: Dataset): Counted {
  let examples = 0
  let waitedMs = 0
  return {
    dataset: {
      ...dataset,
      fill(rows, inputs, targets, epoch) {
        const started = performance.now()
        dataset.fill(rows, inputs, targets, epoch)
        waitedMs += performance.now() - started
        examples += rows.length
      },
    },
    count: () => ({ examples, waitedMs }),
  }
}

function gainFrom(metrics: Metrics | undefined, table: Table, rows: Rows): number {
  if (metrics === undefined || rowCount(table, rows) === 0) return 0
  const gain = metrics.task === 'class' ? aboveCommonest(metrics.accuracy, rows.targets) : Math.max(0, metrics.r2)
  return Number.isFinite(gain) ? gain : 0
}

function babysitter(mode: Mode): Pick<FitOptions, 'babysit'> {
  switch (mode) {
    case 'off':
      return {}
    case 'advise':
      return { babysit: advise() }
    case 'fix':
      return { babysit: fix() }
  }
}

/** A schedule before anything is trained by it: its rates over the updates of a run, for a picture and for the terminal. */
import { usage } from '../errors.ts'
import { columnsOf } from '../plot/columns.ts'
import type { LineChart } from '../plot/line-chart.ts'
import { realizeSchedule, scheduleDescription } from '../recipes/schedule.ts'
import { figure, plural } from '../terminal/format.ts'

export interface RatesRequest {
  readonly schedule: string
  readonly epochs: number
  readonly learningRate: number
  readonly warmup?: number | undefined
  /** Updates of an epoch. */
  readonly stepsPerEpoch: number
}

export interface Rates {
  readonly name: string
  readonly request: RatesRequest
  /** Of each update, from the first. */
  readonly values: readonly number[]
}

/** @throws ThalwegError `usage/unknown-schedule` with near names, `usage/idle-option` for one that follows a metric */
export function ratesOf(request: RatesRequest): Rates {
  const { epochs, learningRate, warmup, stepsPerEpoch } = request
  const description = scheduleDescription(request.schedule, warmup, epochs)
  const totalSteps = epochs * stepsPerEpoch
  const schedule = realizeSchedule(description, { learningRate, stepsPerEpoch, totalSteps, patience: 1, mode: 'min' })
  if (typeof schedule === 'function') {
    return { name: description.name, request, values: Array.from({ length: totalSteps }, (_, step) => schedule(step)) }
  }
  throw usage('idle-option', {
    rule: 'plot: the rates of --schedule must be known before anything is trained',
    received: `${description.name}, which follows what validation says`,
    try: 'train with it, and plot the run; or --schedule cosine',
  })
}

export function ratesChart({ name, request, values }: Rates): LineChart {
  const { epochs, stepsPerEpoch } = request
  return {
    title: `Learning rate of ${name}`,
    subtitle: `${plural(epochs, 'epoch')} of ${plural(stepsPerEpoch, 'update')}`,
    x: { label: 'epoch' },
    y: { label: 'learning rate' },
    series: [{ name, points: values.map((value, step) => [step / stepsPerEpoch, value]), colour: 6 }],
  }
}

const ROWS = 8
const COLUMNS = 60
const LABEL = 11

export function ratesText({ values, request }: Rates): string {
  const most = Math.max(...values)
  const lines = columnsOf(values, COLUMNS, ROWS).map(
    (line, row) => `${(row === 0 ? figure(most) : '').padStart(LABEL)}  ${line}`,
  )
  const axis = `${'0'.padStart(LABEL)}  ${'epoch 0'.padEnd(COLUMNS - 10)}${String(request.epochs).padStart(10)}`
  return [...lines.map((line) => line.trimEnd()), axis].join('\n')
}

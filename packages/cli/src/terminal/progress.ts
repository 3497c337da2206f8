/**
 * A run as it goes on, in words: one line an epoch, and at a terminal a line at the bottom that moves. At a terminal a
 * run of many epochs shows some twenty of them; everywhere else every one. Findings are said as they come.
 */
import type { EpochEvent, StartEvent, StepEvent, TrainEvent } from 'thalweg/train'
import type { Voice } from '../voice.ts'
import { sayFinding, sayMend } from './findings.ts'
import { count, countdown, duration, figure, loss, percent, r2 } from './format.ts'
import { type GrowingColumn, type GrowingTable, growingTable } from './table.ts'

/** Epochs that a terminal shows of a long run. */
const SHOWN_EPOCHS = 20
/** Findings that are told in full; what follows is most often their consequence, and stands in the case file. */
const FULL = 3
const BAR = 24
/** A shorter bar says nothing. */
const LEAST_BAR = 6
/** Width of the column of epochs. */
const EPOCH = 11

interface Column extends GrowingColumn {
  readonly cell: (event: EpochEvent) => string
  /** Narrow terminals do without. */
  readonly spare?: boolean
}

export function createProgress(voice: Voice): (event: TrainEvent) => void {
  let start: StartEvent | undefined
  let columns: readonly Column[] | undefined
  let table: GrowingTable | undefined
  let speed: Speed | undefined
  let told = 0

  return (event) => {
    if (event.type === 'start') {
      start = event
      speed = createSpeed(event)
      voice.show(voice.style.dim('compiled; training'))
    }
    if (event.type === 'finding' && !event.again) {
      if (event.severity !== 'info') told++
      sayFinding(event, voice, told > FULL)
    }
    if (event.type === 'mend') sayMend(event, voice)
    if (!start || !speed) return
    if (event.type === 'step' || event.type === 'epoch') {
      speed.see(event.step)
      voice.show(liveText(event, start, speed, voice))
    }
    if (event.type === 'epoch' && isShown(event.epoch, start, voice)) {
      columns ??= columnsFor(event, start, voice.width())
      table ??= growingTable(voice, columns)
      table.row(columns.map(({ cell }) => cell(event)))
    }
    if (event.type === 'end' || event.type === 'interrupted') voice.hide()
  }
}

function isShown(epoch: number, { epochs, epoch: done }: StartEvent, voice: Voice): boolean {
  if (!voice.isLive || epochs <= SHOWN_EPOCHS) return true
  return epoch % Math.ceil(epochs / SHOWN_EPOCHS) === 0 || epoch === done + 1 || epoch === epochs
}

function columnsFor(first: EpochEvent, { epochs, task }: StartEvent, width: number): Column[] {
  const ofTrain: Column = { title: 'train loss', width: 12, cell: ({ trainLoss }) => loss(trainLoss) }
  const ofValid: Column = { title: 'valid loss', width: 12, cell: ({ validLoss = Number.NaN }) => loss(validLoss) }
  const hasValid = first.validLoss !== undefined
  const columns: Column[] = [
    { title: 'epoch', width: EPOCH, cell: ({ epoch }) => `${epoch}/${epochs}` },
    ofTrain,
    ...(task === 'class' ? [share('accuracy', ({ trainAccuracy }) => trainAccuracy)] : []),
    ...(hasValid ? [ofValid] : []),
    ...(hasValid && task === 'class' ? [share('accuracy', ({ validAccuracy }) => validAccuracy)] : []),
    ...(hasValid && task === 'number' ? [score('valid R2', ({ validR2 }) => validR2)] : []),
    { title: 'rate', width: 10, cell: ({ learningRate }) => figure(learningRate), spare: true },
    { title: 'time', width: 11, cell: ({ seconds }) => duration(seconds), spare: true },
  ]
  const total = columns.reduce((sum, column) => sum + column.width, 0)
  return total < width ? columns : columns.filter(({ spare }) => !spare)
}

function share(title: string, value: (event: EpochEvent) => number | undefined): Column {
  return { title, width: 11, cell: (event) => percent(value(event) ?? Number.NaN) }
}

function score(title: string, value: (event: EpochEvent) => number | undefined): Column {
  return { title, width: 11, cell: (event) => r2(value(event) ?? Number.NaN) }
}

/** Steps a second, as they have been of late. */
interface Speed {
  see(step: number): void
  /** Undefined until enough was seen. */
  stepsPerSecond(): number | undefined
}

function createSpeed({ step: first }: StartEvent): Speed {
  const memoryMs = 5000
  const seen: { at: number; step: number }[] = [{ at: performance.now(), step: first }]
  return {
    see(step) {
      const at = performance.now()
      seen.push({ at, step })
      while (seen.length > 2 && at - seen[0].at > memoryMs) seen.shift()
    },
    stepsPerSecond() {
      const last = seen[seen.length - 1]
      const elapsed = last.at - seen[0].at
      return elapsed < 200 ? undefined : ((last.step - seen[0].step) * 1000) / elapsed
    },
  }
}

/** Where the run stands: epoch, a bar over all of it, how the epoch goes, how long it will take. */
function liveText(
  event: Pick<StepEvent, 'epoch' | 'step' | 'trainLoss' | 'trainAccuracy'>,
  start: StartEvent,
  speed: Speed,
  voice: Voice,
): string {
  const total = start.totalSteps
  const perSecond = speed.stepsPerSecond()
  const epoch = `${event.epoch}/${start.epochs}`.padStart(EPOCH)
  const figures = [
    `loss ${loss(event.trainLoss)}`,
    ...(event.trainAccuracy === undefined ? [] : [percent(event.trainAccuracy)]),
    ...(perSecond
      ? [`${count(perSecond * start.batchSize)}/s`, `${countdown((total - event.step) / perSecond)} left`]
      : []),
  ].join('  ')
  const room = voice.width() - epoch.length - figures.length - 5
  return `${epoch}  ${bar(event.step / total, Math.min(BAR, room), voice)}${figures}`
}

function bar(share: number, width: number, { style }: Voice): string {
  if (width < LEAST_BAR) return ''
  const filled = Math.round(share * width)
  return `${style.accent('━'.repeat(filled))}${style.dim('─'.repeat(width - filled))}  `
}

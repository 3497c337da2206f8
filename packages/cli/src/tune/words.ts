/** What `thalweg tune` says: a line for each trial, one that moves, and the table at the end. */
import type { Job, Study, StudyEvent, Trial } from 'thalweg/tune'
import { count, countdown, duration, figure, loss, percent, r2 } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { growingTable } from '../terminal/table.ts'
import type { Voice } from '../voice.ts'
import type { StudyFolder, StudyManifest } from './folder.ts'

const SHOWN = 10

export function valueText(value: number | undefined, { metric }: Pick<StudyManifest, 'metric'>): string {
  if (value === undefined) return '-'
  return metric === 'validAccuracy' ? percent(value) : metric === 'validR2' ? r2(value) : loss(value)
}

/** `learningRate 0.0123, optimizer sgd (momentum 0.9)`. */
export function paramsText(params: unknown): string {
  if (typeof params !== 'object' || params === null) return String(params)
  return Object.entries(params)
    .map(([name, value]) => `${name} ${paramText(value)}`)
    .join(', ')
}

function paramText(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : figure(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return JSON.stringify(value).replaceAll('"', '')
  const { name, ...inner } = value as { name?: unknown }
  return `${String(name)}${Object.keys(inner).length > 0 ? ` (${paramsText(inner)})` : ''}`
}

/** Listens to a search and shows how it goes. */
export function createStudyProgress(voice: Voice, manifest: StudyManifest): (event: StudyEvent) => void {
  const began = performance.now()
  const running = new Map<number, { job: Job; step: number; value?: number }>()
  const row = trialsTable(manifest, voice)
  let best: Trial | undefined
  let [finished, already, total] = [0, 0, 0]

  function show(): void {
    const each = [...running.values()].map(
      ({ job, step, value }) =>
        `${job.trial + 1}: ${step}/${job.budget}${value === undefined ? '' : ` ${valueText(value, manifest)}`}`,
    )
    const seconds = (performance.now() - began) / 1000
    const done = finished - already
    const left = done > 0 ? `  ${countdown((seconds / done) * (total - finished))} left` : ''
    const sofar = best ? `  best ${valueText(best.value, manifest)} (trial ${best.trial + 1})` : ''
    voice.show(`  ${finished}/${total} trials${sofar}  ${voice.style.dim(each.join('  '))}${left}`)
  }

  return (event) => {
    switch (event.type) {
      case 'start':
        ;[finished, already, total] = [event.finished, event.finished, event.trials]
        break
      case 'job':
        running.set(event.job.index, { job: event.job, step: 0 })
        break
      case 'report':
        running.set(event.job.index, { job: event.job, step: event.step, value: event.value })
        break
      case 'result': {
        running.delete(event.job.index)
        const { trial } = event
        const isBest = event.best?.trial === trial.trial && best?.trial !== trial.trial
        ;[best, finished] = [event.best, event.finished]
        row(trial, isBest)
        break
      }
    }
    show()
  }
}

/** A table of trials: the same one while they come and for the best of them in the end. */
function trialsTable(manifest: StudyManifest, voice: Voice): (trial: Trial, isBest: boolean) => void {
  const table = growingTable(
    voice,
    [
      { title: 'trial', width: 7 },
      { title: manifest.metric, width: Math.max(10, manifest.metric.length + 2) },
      { title: 'epochs', width: 9 },
      { title: 'time', width: 11 },
    ],
    'parameters',
  )
  return (trial, isBest) => {
    const { status, value, reports, budget, seconds } = trial
    const cells = [
      String(trial.trial + 1),
      status === 'failed' ? 'failed' : valueText(value, manifest),
      `${reports.at(-1)?.step ?? (status === 'failed' ? 0 : budget)}/${manifest.epochs}`,
      duration(seconds),
    ]
    const params = paramsText(trial.params)
    const told = status === 'failed' ? `${params}: ${trial.reason ?? 'no reason is known'}` : params
    const paint = status === 'failed' ? voice.style.bad : isBest ? voice.style.good : undefined
    table.row(cells, status === 'pruned' ? `${told} (pruned)` : told, paint)
  }
}

export function sayStudy(
  study: Study,
  manifest: StudyManifest,
  folder: StudyFolder,
  bestFile: boolean,
  voice: Voice,
): void {
  const { style } = voice
  voice.say(`\n  ${style.dim(`the best of ${count(study.trials.length)}`)}`)
  const row = trialsTable(manifest, voice)
  for (const trial of study.top(SHOWN)) row(trial, trial === study.best)
  const shares = study.importance({ ranks: true })
  voice.say('')
  sayRows(voice, [
    ...(shares.length > 0
      ? [['what mattered', shares.map(({ path, share }) => `${path} ${percent(share)}`).join(', ')] as const]
      : []),
    ['study', folder.path],
  ])
  const next = bestFile ? [`thalweg train ${folder.best}`] : []
  if (next.length > 0)
    voice.say(`\n  ${style.dim('next')}\n${next.map((one) => `    ${style.accent(one)}`).join('\n')}\n`)
}

/** What `thalweg tune` says: a line for each trial, one that moves, and the table at the end. */
import type { Job, Study, StudyEvent, Trial } from 'thalweg/tune'
import { count, countdown, duration, loss, percent, rate } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import type { Voice } from '../voice.ts'
import type { StudyFolder, StudyManifest } from './folder.ts'

const SHOWN = 10

export function valueText(value: number | undefined, { metric }: Pick<StudyManifest, 'metric'>): string {
  if (value === undefined) return '-'
  return metric === 'validAccuracy' ? percent(value) : metric === 'validR2' ? value.toFixed(4) : loss(value)
}

/** `learningRate 0.0123, optimizer sgd (momentum 0.9)`. */
export function paramsText(params: unknown): string {
  if (typeof params !== 'object' || params === null) return String(params)
  return Object.entries(params)
    .map(([name, value]) => `${name} ${paramText(value)}`)
    .join(', ')
}

function paramText(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : rate(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return JSON.stringify(value).replaceAll('"', '')
  const { name, ...inner } = value as { name?: unknown }
  return `${String(name)}${Object.keys(inner).length > 0 ? ` (${paramsText(inner)})` : ''}`
}

/** Listens to a search and shows how it goes. */
export function createStudyProgress(voice: Voice, manifest: StudyManifest): (event: StudyEvent) => void {
  const began = performance.now()
  const running = new Map<number, { job: Job; step: number; value?: number }>()
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
        voice.say(trialLine(trial, isBest, manifest, voice))
        break
      }
    }
    show()
  }
}

function trialLine(trial: Trial, isBest: boolean, manifest: StudyManifest, { style }: Voice): string {
  const number = String(trial.trial + 1).padStart(5)
  const value = (trial.status === 'failed' ? 'failed' : valueText(trial.value, manifest)).padStart(10)
  const painted = trial.status === 'failed' ? style.bad(value) : isBest ? style.good(value) : value
  const cut = trial.status === 'pruned' ? ', pruned' : ''
  const after = `${trial.reports.at(-1)?.step ?? trial.budget} epochs${cut}`.padStart(18)
  const told = trial.status === 'failed' ? (trial.reason ?? '') : paramsText(trial.params)
  return `${number}${painted}${style.dim(after)}${style.dim(duration(trial.seconds).padStart(10))}  ${told}`
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
  for (const trial of study.top(SHOWN)) voice.say(trialLine(trial, trial === study.best, manifest, voice))
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

/** A sitting of a study, the first or a later one. */
import os from 'node:os'
import path from 'node:path'
import { sha256 } from 'thalweg/data'
import { writeFileAtomic } from 'thalweg/train'
import {
  dimensionsOf,
  fileStorage,
  inProcess,
  type SearchMetric,
  type SearchOptions,
  type Study,
  type StudyEvent,
  search,
} from 'thalweg/tune'
import { csvLine } from '../csv.ts'
import { EXIT, usage } from '../errors.ts'
import { type EngineOptions, engineEnvironment } from '../options.ts'
import { refuseTaken, runName } from '../run/folder.ts'
import { lockFolder } from '../run/lock.ts'
import { originOf } from '../run/origin.ts'
import type { SittingContext } from '../run/sitting.ts'
import { columnsText } from '../source/columns.ts'
import { type DataRequest, DEFAULT_SEED, nothingGiven } from '../source/open.ts'
import { sayRows } from '../terminal/summary.ts'
import { libraryVersion } from '../version.ts'
import type { Voice } from '../voice.ts'
import { bestFile } from './best.ts'
import { createStudyFolder, readStudy, type StudyFolder, type StudyManifest, studyFolder } from './folder.ts'
import { type PrunerName, prunerNamed, type SamplerName, samplerNamed } from './methods.ts'
import { directionOf, objectiveOf } from './objective.ts'
import { ensembleOfBest, refuseEnsemble } from './top.ts'
import { openTunable, type Tunable } from './tunable.ts'
import { createStudyProgress, sayStudy } from './words.ts'
import { processWorkers } from './worker.ts'

export interface TuneRequest extends EngineOptions, DataRequest {
  readonly epochs?: number | undefined
  readonly metric?: SearchMetric | undefined
  readonly sampler?: SamplerName | undefined
  readonly pruner?: PrunerName | undefined
  readonly trials?: number | undefined
  readonly timeLimit?: number | undefined
  readonly workers?: number | undefined
  readonly resume?: string | undefined
  readonly out?: string | undefined
  /** Of so many of the best trials. */
  readonly ensemble?: number | undefined
}

const DEFAULT_TRIALS = 20
/** Of how many of the best trials the weights are kept, whatever is asked for. */
const KEPT = 5

/** @returns the exit code */
export async function runStudy(
  target: string | undefined,
  request: TuneRequest,
  context: SittingContext,
): Promise<number> {
  const { folder, manifest, tunable, isNew } = await (request.resume === undefined
    ? begin(target, request, context)
    : takeUp(request.resume, target, request, context))
  const { voice, signal, interrupt } = context
  const { seed, metric } = manifest
  const direction = directionOf(metric)
  const { trials: checkpoints } = folder
  if (request.ensemble !== undefined) await refuseEnsemble(request.ensemble, { folder, manifest, tunable })
  const size = Math.min(request.workers ?? os.availableParallelism(), manifest.trials)
  sayBeginning(folder, manifest, tunable, size, voice)
  if (isNew) await createStudyFolder(folder, manifest, tunable.kind.kind === 'file' ? tunable.kind : undefined)

  const { target: given, targetColumn, columns, epochs, dataFolder } = manifest
  const task = {
    kind: 'tune',
    request: { target: given, targetColumn, columns, epochs, metric },
    seed,
    dataFolder,
    checkpoints: folder.checkpoints,
  } as const
  const lock = await lockFolder(folder.path)
  const pool = size > 1 ? processWorkers(size, task, engineEnvironment(request, size)) : undefined
  const here = { space: tunable.space, objective: objectiveOf(tunable), direction, checkpoints }
  const progress = createStudyProgress(voice, manifest)
  let study: Study
  try {
    study = await search(tunable.space, pool ?? inProcess(here), {
      trials: manifest.trials,
      direction,
      ...methodsOf(manifest, tunable),
      seed,
      storage: fileStorage(folder.facts),
      checkpoints,
      keep: Math.max(KEPT, request.ensemble ?? 0),
      timeLimitMs: request.timeLimit,
      signal,
      onEvent(event) {
        // A trial begins with compiling; in this process nobody listens meanwhile, and there is only its start to lose.
        if (!pool && event.type === 'job') interrupt?.rest()
        else interrupt?.listen()
        progress(event)
        pass(event, voice)
      },
    })
  } finally {
    interrupt?.listen()
    pool?.close()
    lock.release(folder.path)
    voice.hide()
  }
  return finish(study, { folder, manifest, tunable, voice, signal, count: request.ensemble })
}

interface Opened {
  readonly folder: StudyFolder
  readonly manifest: StudyManifest
  readonly tunable: Tunable
  readonly isNew: boolean
}

async function begin(target: string | undefined, request: TuneRequest, context: SittingContext): Promise<Opened> {
  if (target === undefined) throw nothingGiven('tune')
  if (request.out !== undefined) await refuseTaken(request.out)
  const isSeedOpen = request.seed === undefined
  const tunable = await openTunable(
    { target, targetColumn: request.target, columns: request.column, epochs: request.epochs, metric: request.metric },
    { seed: request.seed ?? DEFAULT_SEED, isSeedOpen, folder: request.data, ...context },
  )
  await tunable.check()
  const { name, kind, own, epochs, metric } = tunable
  const methods = methodsOf(request, tunable)
  const asked = request.trials ?? own.trials
  const gridSize = methods.sampler?.size?.(dimensionsOf(tunable.space))
  const manifest: StudyManifest = {
    ...originOf({
      name,
      target,
      isFile: kind.kind === 'file' || path.extname(target) !== '',
      seed: request.seed ?? own.seed ?? DEFAULT_SEED,
      request,
    }),
    ...(kind.kind === 'file' && { sha256: await digest(kind.text) }),
    epochs,
    metric,
    ...(request.sampler !== undefined && { sampler: request.sampler }),
    ...(request.pruner !== undefined && { pruner: request.pruner }),
    trials: Math.min(
      asked ?? methods.pruner?.trials ?? gridSize ?? DEFAULT_TRIALS,
      gridSize ?? Number.POSITIVE_INFINITY,
    ),
    ...(kind.kind === 'recipe' && { fingerprints: [await kind.train.fingerprint()] }),
  }
  const folder = studyFolder(request.out ?? path.join('runs', runName(`tune-${name}`)))
  return { folder, manifest, tunable, isNew: true }
}

async function takeUp(
  resume: string,
  target: string | undefined,
  request: TuneRequest,
  context: SittingContext,
): Promise<Opened> {
  const before = await readStudy(resume)
  const asked = [
    ['the target', target === undefined ? undefined : path.resolve(target), path.resolve(before.target)],
    ['--target', request.target, before.targetColumn],
    ['--column', columnsText(request.column), columnsText(before.columns)],
    ['--seed', request.seed, before.seed],
    ['--epochs', request.epochs, before.epochs],
    ['--metric', request.metric, before.metric],
    ['--sampler', request.sampler, before.sampler],
    ['--pruner', request.pruner, before.pruner],
    ['--out', request.out, undefined],
  ] as const
  for (const [option, now, was] of asked) if (now !== undefined && now !== was) throw mismatch(option, now, was)
  if (request.trials !== undefined && request.trials < before.trials) throw fewerTrials(request.trials, before.trials)
  const { seed, epochs, metric, targetColumn, columns } = before
  const tunable = await openTunable(
    { target: before.target, targetColumn, columns, epochs, metric },
    { seed, folder: request.data ?? before.dataFolder, ...context },
  )
  const { kind } = tunable
  const now = kind.kind === 'file' ? await digest(kind.text) : await kind.train.fingerprint()
  const was = kind.kind === 'file' ? before.sha256 : before.fingerprints?.[0]
  if (now !== was) throw mismatch(kind.kind === 'file' ? `the content of ${kind.file}` : 'the data', now, was)
  const manifest = { ...before, trials: request.trials ?? before.trials }
  return { folder: studyFolder(resume), manifest, tunable, isNew: false }
}

/** As the command line names them, else as the search file has them. */
function methodsOf(
  { sampler, pruner }: Pick<TuneRequest, 'sampler' | 'pruner'>,
  { own, epochs }: Tunable,
): Pick<SearchOptions, 'sampler' | 'pruner'> {
  const chosen = sampler === undefined ? own.sampler : samplerNamed(sampler)
  const pruning = pruner === undefined ? (own.pruner ?? prunerNamed('none', epochs)) : prunerNamed(pruner, epochs)
  return { ...(chosen && { sampler: chosen }), pruner: pruning }
}

async function finish(
  study: Study,
  {
    folder,
    manifest,
    tunable,
    voice,
    signal,
    count,
  }: Omit<Opened, 'isNew'> & SittingContext & { readonly count: number | undefined },
): Promise<number> {
  const { best, trials, interrupted } = study
  const file = best && bestFile(best, tunable, manifest, folder.path)
  if (file !== undefined) await writeFileAtomic(folder.best, file)
  await writeFileAtomic(folder.table, tableOf(study, tunable))
  if (best) sayStudy(study, manifest, folder, file !== undefined, voice)
  const told = {
    trials: trials.filter(({ status }) => status !== 'unfinished').length,
    ...(best && { best: { trial: best.trial, value: best.value, budget: best.budget, params: best.params } }),
    ...(file !== undefined && { file: folder.best }),
    importance: study.importance({ ranks: true }),
    study: folder.path,
  }
  if (interrupted) voice.say(`  to go on:\n    ${voice.style.accent(`thalweg tune --resume ${folder.path}`)}\n`)
  if (interrupted && signal.aborted) {
    voice.event({ type: 'interrupted', ...told })
    return EXIT.interrupted
  }
  const together =
    best && count !== undefined
      ? await ensembleOfBest({ study, folder, manifest, tunable }, count, { voice, signal })
      : {}
  voice.event({ type: 'end', ...told, ...together, complete: !interrupted })
  return best ? EXIT.done : EXIT.failed
}

/** A row for each trial, a column for each parameter. */
function tableOf({ trials }: Study, { space }: Tunable): string {
  const dimensions = dimensionsOf(space)
  const header = [
    'trial',
    'status',
    'value',
    'epochs',
    'seconds',
    ...dimensions.map(({ path: name }) => name),
    'reason',
  ]
  const rows = trials.map(({ trial, status, value, budget, seconds, point, reason }) => [
    trial + 1,
    status,
    value ?? '',
    budget,
    Number(seconds.toFixed(3)),
    ...dimensions.map(({ path: name, domain }) => {
      const at = point[name]
      return at === undefined ? '' : domain.kind === 'options' ? domain.names[at] : at
    }),
    reason ?? '',
  ])
  return [header, ...rows].map(csvLine).join('')
}

function sayBeginning(
  folder: StudyFolder,
  manifest: StudyManifest,
  tunable: Tunable,
  size: number,
  voice: Voice,
): void {
  const { style } = voice
  const { sampler, pruner } = methodsOf(manifest, tunable)
  voice.say(`\n${style.bold('thalweg')} ${style.dim(libraryVersion)}  ${style.accent(`tuning ${manifest.name}`)}\n`)
  sayRows(voice, [
    [
      'space',
      dimensionsOf(tunable.space)
        .map(({ path: name }) => name)
        .join(', '),
    ],
    [
      'search',
      `${sampler?.name ?? 'tpe'}, pruner ${pruner?.name}, ${manifest.trials} trials of up to ${manifest.epochs} epochs, seed ${manifest.seed}`,
    ],
    ['judged by', `${manifest.metric} of the validation part`],
    ['workers', size > 1 ? `${size} processes` : 'this process'],
    ['study', folder.path],
  ])
  voice.say('')
}

function pass(event: StudyEvent, voice: Voice): void {
  if (event.type === 'start') voice.event({ ...event })
  if (event.type !== 'result') return
  const { trial, best } = event
  voice.event({ ...trial, type: 'trial', best: best && { trial: best.trial, value: best.value } })
}

async function digest(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text))
}

function fewerTrials(now: number, was: number): Error {
  return usage('resume-mismatch', {
    rule: 'resume: --trials may only grow',
    received: `${now}, it was ${was}`,
    try: 'leave --trials out, or --time-limit for an earlier end',
  })
}

function mismatch(option: string, now: unknown, was: unknown): Error {
  return usage('resume-mismatch', {
    rule: `resume: ${option} must be what it was when the study began`,
    received: `${String(now)}${was === undefined ? '' : `, it was ${String(was)}`}`,
    try: 'leave it as it was, or begin a new study',
  })
}

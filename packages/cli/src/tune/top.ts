/** The best trials of a study as an ensemble: a run inside the study's folder, to be tested and predicted from like any other. */
import path from 'node:path'
import { modelArrays, restoresBest, type Snapshot, writeFileAtomic } from 'thalweg/train'
import { fileStorage, type Member, memberOf, type Study, type Trial } from 'thalweg/tune'
import { networksFolder } from '../ensemble/members.ts'
import { judged, resultOf, sayVerdict, verdictFields } from '../ensemble/verdict.ts'
import { usage } from '../errors.ts'
import { removeFolder } from '../read.ts'
import { chooseRecipe } from '../recipes/choose.ts'
import { createRunFolder, runFolder, writeResult } from '../run/folder.ts'
import { describeData, type Manifest } from '../run/manifest.ts'
import { originOf } from '../run/origin.ts'
import type { SittingContext } from '../run/sitting.ts'
import { experimentSource, loadExperiment } from '../source/experiment.ts'
import { resolveSource } from '../source/resolve.ts'
import { sayRows } from '../terminal/summary.ts'
import type { Voice } from '../voice.ts'
import { bestFile, isRewritable } from './best.ts'
import { type StudyFolder, type StudyManifest, trialFile } from './folder.ts'
import type { Tunable } from './tunable.ts'

export interface Searched {
  readonly study: Study
  readonly folder: StudyFolder
  readonly manifest: StudyManifest
  readonly tunable: Tunable
}

/**
 * Before hours are spent on trials: an ensemble of more than there will be, also counting those of an earlier sitting that
 * came to nothing or whose weights were not kept, and trials that no file can be made of.
 *
 * @throws ThalwegError `usage/too-few-trials`, `usage/not-a-search`
 */
export async function refuseEnsemble(
  count: number,
  { folder, manifest, tunable }: Omit<Searched, 'study'>,
): Promise<void> {
  if (count > manifest.trials) {
    throw tooFew(
      `--ensemble ${count}, of ${manifest.trials} trials`,
      `--trials ${count} or more, or a smaller ensemble`,
    )
  }
  if (tunable.kind.kind === 'file' && !isRewritable(tunable.kind.text)) throw notAFile(manifest)
  const lost = await lostTrials(folder)
  const most = manifest.trials - lost
  if (count <= most) return
  const enough = `--trials ${manifest.trials + count - most} or more`
  throw tooFew(
    `--ensemble ${count}, of ${manifest.trials} trials; ${lost} of them failed, were pruned, or are not kept`,
    most < 2 ? enough : `--ensemble ${most}, or ${enough}`,
  )
}

/** How many are over and cannot be in an ensemble. */
async function lostTrials({ facts, trials }: StudyFolder): Promise<number> {
  const ended = new Map<number, boolean>()
  const trialOf = new Map<number, number>()
  for (const fact of await fileStorage(facts).read()) {
    if (fact.type === 'job') trialOf.set(fact.job.index, fact.job.trial)
    const trial = fact.type === 'result' ? trialOf.get(fact.index) : undefined
    if (fact.type === 'result' && trial !== undefined) ended.set(trial, fact.outcome.status === 'complete')
  }
  let lost = 0
  for (const [trial, isComplete] of ended) if (!isComplete || !(await trials.latest(trial))) lost++
  return lost
}

/**
 * Puts the best `count` together, as far as there are so many whose checkpoints were kept.
 *
 * @returns fields for the last event
 */
export async function ensembleOfBest(
  searched: Searched,
  count: number,
  { voice, signal }: SittingContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { study, folder, manifest, tunable } = searched
  const began = performance.now()
  const found = await snapshotsOf(study.top(count), folder)
  if (found.length < 2) {
    const more = `thalweg tune --resume ${folder.path} --trials ${manifest.trials + count} --ensemble ${count}`
    throw tooFew(`${found.length} in ${folder.path}`, more)
  }
  for (const [rank, { trial }] of found.entries()) {
    const text = bestFile(trial, tunable, manifest, path.join(folder.path, 'top'))
    if (text === undefined) throw notAFile(manifest)
    await writeFileAtomic(trialFile(folder.path, rank), text)
  }
  const file = trialFile(folder.path, 0)
  const source = experimentSource(file, (name) => resolveSource(name, 'tune'))
  const { seed, dataFolder } = manifest
  const data = await source.load({ seed, folder: dataFolder, target: undefined, voice, signal })
  const { inputShape, target } = data.train
  const members: Member[] = []
  for (const [rank, { trial, snapshot }] of found.entries()) {
    const { model } = await loadExperiment(trialFile(folder.path, rank))
    const best = restoresBest(await tunable.candidate(trial.params))
    members.push(memberOf(model, modelArrays(snapshot, { best }), { inputShape, target }))
  }
  const verdict = await judged(members, undefined, data)

  const run = runFolder(path.join(folder.path, 'ensemble'))
  const request = { data: dataFolder }
  const whole: Manifest = {
    ...originOf({ name: `${manifest.name}-ensemble`, target: file, isFile: true, seed, request }),
    ensemble: members.length,
    members: 'trials',
    recipe: await chooseRecipe(source, data, {}),
    data: await describeData(data),
  }
  // An earlier sitting may have made one of fewer trials.
  await removeFolder(run.path)
  const { preprocessing, experiment } = data
  const lock = await createRunFolder(run, { manifest: whole, preprocessing, experiment })
  try {
    await verdict.ensemble.save(networksFolder(run.path))
    const seconds = (performance.now() - began) / 1000
    await writeResult(run, resultOf(verdict, { epochs: whole.recipe.epochs, seconds }))
  } finally {
    lock.release(run.path)
  }
  sayVerdict(verdict, voice)
  if (members.length < count) sayFewer(members.length, count, searched, voice)
  sayRows(voice, [
    ['ensemble', `of the best ${members.length} trials`],
    ['run', run.path],
  ])
  voice.say('')
  return { ...verdictFields(verdict), members: members.length, asked: count, run: run.path }
}

/** Trials fail, are pruned, or come too late for the time limit: what was asked for may not be what there is. */
function sayFewer(made: number, asked: number, { study, folder, manifest }: Searched, voice: Voice): void {
  const { trials } = manifest
  const complete = study.top(trials).length
  const why = complete < asked ? `${complete} of ${trials} trials came to an end` : 'of the others no weights were kept'
  const more = study.interrupted ? '' : ` --trials ${trials + asked - made}`
  sayRows(voice, [
    ['fewer', `${voice.style.bad(`${made} of the ${asked} networks`)} that were asked for: ${why}`],
    ['for more', `thalweg tune --resume ${folder.path}${more} --ensemble ${asked}`],
  ])
  voice.event({ type: 'note', code: 'small-ensemble', message: `${made} of the ${asked} networks: ${why}` })
}

async function snapshotsOf(
  trials: readonly Trial[],
  folder: StudyFolder,
): Promise<{ readonly trial: Trial; readonly snapshot: Snapshot }[]> {
  const found: { trial: Trial; snapshot: Snapshot }[] = []
  for (const trial of trials) {
    const snapshot = await folder.trials.latest(trial.trial)
    if (snapshot) found.push({ trial, snapshot })
  }
  return found
}

function tooFew(received: string, advice: string): Error {
  return usage('too-few-trials', {
    rule: 'tune: for --ensemble there must be as many finished trials whose weights were kept, at least two',
    received,
    try: advice,
  })
}

function notAFile({ target }: StudyManifest): Error {
  return usage('not-a-search', {
    rule: 'tune: for --ensemble the search file must be one that an experiment file of each trial can be made from',
    received: `${target}, without one \`export default\` at the beginning of a line`,
    try: 'write export default defineSearch({ ... })',
  })
}

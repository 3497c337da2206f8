/** The best trials of a study as an ensemble: a run inside the study's folder, to be tested and predicted from like any other. */
import path from 'node:path'
import { modelArrays, restoresBest, type Snapshot, writeFileAtomic } from 'thalweg/train'
import { type Member, memberOf, type Study, type Trial } from 'thalweg/tune'
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
import { bestFile } from './best.ts'
import { type StudyFolder, type StudyManifest, trialFile } from './folder.ts'
import type { Tunable } from './tunable.ts'

export interface Searched {
  readonly study: Study
  readonly folder: StudyFolder
  readonly manifest: StudyManifest
  readonly tunable: Tunable
}

/**
 * Puts the best `count` together, as far as there are so many whose checkpoints were kept.
 *
 * @returns fields for the last event
 */
export async function ensembleOfBest(
  { study, folder, manifest, tunable }: Searched,
  count: number,
  { voice, signal }: SittingContext,
): Promise<Readonly<Record<string, unknown>>> {
  const began = performance.now()
  const found = await snapshotsOf(study.top(count), folder)
  if (found.length < 2) throw tooFew(folder, found.length)
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
  sayRows(voice, [
    ['ensemble', `of the best ${members.length} trials`],
    ['run', run.path],
  ])
  voice.say('')
  return { ...verdictFields(verdict), run: run.path }
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

function tooFew({ path: folder }: StudyFolder, found: number): Error {
  return usage('too-few-trials', {
    rule: 'tune: --ensemble needs at least two finished trials whose weights were kept',
    received: `${found} in ${folder}`,
    try: `thalweg tune --resume ${folder} --trials with more trials`,
  })
}

function notAFile({ target }: StudyManifest): Error {
  return usage('not-a-search', {
    rule: 'tune: --ensemble makes an experiment file of each trial, from the file of the search',
    received: `${target}, without one \`export default\` at the beginning of a line`,
    try: 'write export default defineSearch({ ... })',
  })
}

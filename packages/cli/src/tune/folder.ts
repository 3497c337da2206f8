/**
 * The folder of a study:
 *
 *   study.json       what is searched and how; written once
 *   trials.jsonl     the study, a fact a line (thalweg/tune)
 *   checkpoints/     of the best trials, and of those that may still be promoted
 *   search.*         a copy of the search file, if there is one
 *   best.ts          the best configuration so far, for thalweg train
 *   table.csv        a row for each trial; written last
 *   top/1.ts ...     the best so many, if they are to answer as one, and
 *   ensemble/        the run that they make, for thalweg predict
 */
import path from 'node:path'
import { writeFileAtomic } from 'thalweg/train'
import { folderCheckpoints, type SearchMetric, type TrialCheckpoints } from 'thalweg/tune'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { exists } from '../read.ts'
import { type Origin, originFields, readOrigin } from '../run/origin.ts'
import type { PrunerName, SamplerName } from './methods.ts'

export interface StudyFolder {
  readonly path: string
  readonly facts: string
  readonly checkpoints: string
  /** The same, trial by trial. */
  readonly trials: TrialCheckpoints
  readonly best: string
  readonly table: string
}

export interface StudyManifest extends Origin {
  /** SHA-256 of the search file. */
  readonly sha256?: string | undefined
  readonly epochs: number
  readonly metric: SearchMetric
  /** Names of the command line; nothing where the search file's own are used. */
  readonly sampler?: SamplerName | undefined
  readonly pruner?: PrunerName | undefined
  readonly trials: number
  /** SHA-256 of the training and validation data of a built-in search. */
  readonly fingerprints?: readonly string[] | undefined
}

const schema: z.ZodType<StudyManifest> = z.object({
  ...originFields,
  sha256: z.string().optional(),
  epochs: z.number().int(),
  metric: z.enum(['validLoss', 'validAccuracy', 'validR2']),
  sampler: z.enum(['tpe', 'random', 'grid', 'coarse-to-fine']).optional(),
  pruner: z.enum(['none', 'median', 'halving', 'hyperband']).optional(),
  trials: z.number().int(),
  fingerprints: z.array(z.string()).optional(),
})

const MANIFEST = 'study.json'

export function studyFolder(folder: string): StudyFolder {
  const inside = (name: string): string => path.join(folder, name)
  return {
    path: folder,
    facts: inside('trials.jsonl'),
    checkpoints: inside('checkpoints'),
    trials: folderCheckpoints(inside('checkpoints')),
    best: inside('best.ts'),
    table: inside('table.csv'),
  }
}

/** The experiment file of the best trial, the second best and so on, from 0. */
export function trialFile(study: string, rank: number): string {
  return path.join(study, 'top', `${rank + 1}.ts`)
}

export async function createStudyFolder(
  folder: StudyFolder,
  manifest: StudyManifest,
  search: { readonly file: string; readonly text: string } | undefined,
): Promise<void> {
  if (search) await writeFileAtomic(path.join(folder.path, `search${path.extname(search.file)}`), search.text)
  await writeFileAtomic(path.join(folder.path, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

export async function readStudy(folder: string): Promise<StudyManifest> {
  const file = path.join(folder, MANIFEST)
  if (!(await exists(file))) {
    const isRun = await exists(path.join(folder, 'manifest.json'))
    throw usage('no-study', {
      rule: 'tune: --resume must name the folder of a study',
      received: `${folder} (${isRun ? 'the folder of a run' : (await exists(folder)) ? `no ${MANIFEST} in it` : 'no such folder'})`,
      try: isRun
        ? `thalweg train --resume ${folder}`
        : 'give the path that thalweg tune printed, such as runs/tune-...',
    })
  }
  return readOrigin(file, schema, 'study')
}

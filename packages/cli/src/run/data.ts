/** The data of a run that was begun earlier: loaded as it was then, and held to what the manifest knows of it. */
import { sha256 } from 'thalweg/data'
import { usage } from '../errors.ts'
import { refuseIdleOptions } from '../source/open.ts'
import { resolveSource } from '../source/resolve.ts'
import type { LoadContext, Prepared } from '../source/source.ts'
import { type DataDescription, describeData, type Manifest } from './manifest.ts'

/**
 * @param context `folder` is where the files of the data lie now, if they were moved
 * @throws ThalwegError `usage/idle-option` for a folder of data that has none, `usage/resume-mismatch` where the data or the experiment file changed
 */
export async function loadRunData(
  manifest: Manifest,
  { folder, voice, signal }: Pick<LoadContext, 'folder' | 'voice' | 'signal'>,
): Promise<Prepared> {
  const { seed, target, targetColumn, columns, dataFolder, preprocess, augment } = manifest
  const source = await resolveSource(target, 'train')
  refuseIdleOptions('resume', source, { data: folder })
  const where = { folder: folder ?? dataFolder, target: targetColumn, columns, preprocess, augment }
  const data = await source.load({ seed, ...where, voice, signal })
  refuseOtherData(manifest.data, await describeData(data))
  if (data.experiment) await refuseOtherExperiment(manifest, data.experiment.text)
  return data
}

function refuseOtherData(before: DataDescription, now: DataDescription): void {
  for (const part of ['train', 'valid', 'test'] as const) {
    if (before[part]?.fingerprint === now[part]?.fingerprint) continue
    throw usage('resume-mismatch', {
      rule: 'resume: the data must be what it was when the run began',
      received: `a ${part} part of ${now[part]?.examples ?? 0} examples with another fingerprint (it had ${before[part]?.examples ?? 0})`,
      try: 'give the data back its old content, or start a new run',
    })
  }
}

async function refuseOtherExperiment({ recipe }: Manifest, text: string): Promise<void> {
  const digest = await sha256(new TextEncoder().encode(text))
  if (recipe.model.kind !== 'experiment' || recipe.model.sha256 === digest) return
  throw usage('resume-mismatch', {
    rule: 'resume: the experiment file must be what it was when the run began',
    received: `${recipe.model.file} with another content`,
    try: 'give it its old content (a copy lies in the run folder), or start a new run',
  })
}

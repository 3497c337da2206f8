/** The networks in the folder of a run, one or the members of an ensemble, with the weights that count. */
import type { Model } from 'thalweg/nn'
import { latestCheckpoint, loadRun, mendedModel, modelArrays } from 'thalweg/train'
import { type Member, memberOf } from 'thalweg/tune'
import { hasCheckpoints, isFinished, type RunFolder } from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import type { Network } from '../run/statistics.ts'
import { memberFolder } from './member.ts'

export interface LoadedNetwork extends Network {
  readonly member: Member
  /** Steps behind the weights. */
  readonly step: number
  /** Newer checkpoints that were damaged. */
  readonly damaged: readonly string[]
}

/** As it was saved in the end, else as the newest checkpoint has it. */
export async function loadNetwork(
  folder: RunFolder,
  model: Model,
  { data: { inputShape, target } }: Manifest,
  seed: number,
): Promise<LoadedNetwork> {
  if (await isFinished(folder)) {
    const member = await loadRun(folder.path, model)
    return { model: member.model, store: member.store, folder, seed, member, step: member.steps, damaged: [] }
  }
  const { snapshot, skipped } = await latestCheckpoint(folder.checkpoints)
  const mended = mendedModel(model, snapshot.mends)
  const member = memberOf(mended, modelArrays(snapshot), { inputShape, target })
  const damaged = skipped.map(({ path }) => path)
  return { model: mended, store: member.store, folder, seed, member, step: snapshot.position.step, damaged }
}

export async function loadMembers(run: string, manifest: Manifest, model: Model): Promise<LoadedNetwork[]> {
  const all: LoadedNetwork[] = []
  for (let number = 0; number < (manifest.ensemble ?? 0); number++) {
    const folder = memberFolder(run, number)
    const isSnapshot = manifest.members === 'snapshots'
    // Those that one training has come to so far.
    if (isSnapshot && number > 0 && !(await hasCheckpoints(folder))) break
    all.push(await loadNetwork(folder, model, manifest, isSnapshot ? manifest.seed : manifest.seed + number))
  }
  return all
}

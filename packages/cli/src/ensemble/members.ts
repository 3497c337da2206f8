/** The networks in the folder of a run, one or the members of an ensemble, with the weights that count. */
import path from 'node:path'
import type { Model } from 'thalweg/nn'
import { latestCheckpoint, loadRun, mendedModel, modelArrays } from 'thalweg/train'
import { loadEnsemble, type Member, memberOf } from 'thalweg/tune'
import { hasCheckpoints, isFinished, type RunFolder, runFolder } from '../run/folder.ts'
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

/** @param modelOf the model of each member, from 0 */
export async function loadMembers(
  run: string,
  manifest: Manifest,
  modelOf: (member: number) => Promise<Model>,
): Promise<LoadedNetwork[]> {
  if (manifest.members === 'trials') return loadTrials(run, manifest, modelOf)
  const all: LoadedNetwork[] = []
  for (let number = 0; number < (manifest.ensemble ?? 0); number++) {
    const folder = memberFolder(run, number)
    const isSnapshot = manifest.members === 'snapshots'
    // Those that one training has come to so far.
    if (isSnapshot && number > 0 && !(await hasCheckpoints(folder))) break
    all.push(
      await loadNetwork(folder, await modelOf(number), manifest, isSnapshot ? manifest.seed : manifest.seed + number),
    )
  }
  return all
}

/** What a search came to lies together, as the library saves ensembles: its members are different networks. */
async function loadTrials(
  run: string,
  { ensemble: count = 0, seed }: Manifest,
  modelOf: (member: number) => Promise<Model>,
): Promise<LoadedNetwork[]> {
  const models = await Promise.all(Array.from({ length: count }, (_, member) => modelOf(member)))
  const { members } = await loadEnsemble(networksFolder(run), (member) => models[member])
  return members.map((member, index) => {
    const [model, store] = [models[index], member.store]
    return { model, store, folder: runFolder(run), seed, member, step: 0, damaged: [] }
  })
}

export function networksFolder(run: string): string {
  return path.join(run, 'networks')
}

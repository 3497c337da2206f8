/** The trained members of an ensemble's folder, put together. */

import type { Model } from 'thalweg/nn'
import { latestCheckpoint, loadRun, modelArrays } from 'thalweg/train'
import { type Ensemble, ensemble, type Member, memberOf } from 'thalweg/tune'
import { isFinished } from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import { memberFolder } from './member.ts'

export interface Assembled {
  readonly ensemble: Ensemble
  /** Steps behind the weights of each. */
  readonly steps: readonly number[]
  /** Newer checkpoints that were damaged. */
  readonly damaged: readonly string[]
}

export async function assemble(
  run: string,
  { ensemble: members = 0, combine, data: { inputShape, target } }: Manifest,
  model: Model,
  temperature = 1,
): Promise<Assembled> {
  const all: { member: Member; step: number; damaged: string[] }[] = []
  for (let number = 0; number < members; number++) {
    const folder = memberFolder(run, number)
    if (await isFinished(folder)) {
      const loaded = await loadRun(folder.path, model)
      all.push({ member: loaded, step: loaded.steps, damaged: [] })
      continue
    }
    const { snapshot, skipped } = await latestCheckpoint(folder.checkpoints)
    const member = memberOf(model, modelArrays(snapshot), { inputShape, target })
    all.push({ member, step: snapshot.position.step, damaged: skipped.map(({ path }) => path) })
  }
  return {
    ensemble: ensemble(
      all.map(({ member }) => member),
      { combine, temperature },
    ),
    steps: all.map(({ step }) => step),
    damaged: all.flatMap(({ damaged }) => damaged),
  }
}

/** The trained members of an ensemble's folder, put together. */

import type { Model } from 'thalweg/nn'
import { latestCheckpoint, modelArrays } from 'thalweg/train'
import { type Ensemble, ensemble, memberOf } from 'thalweg/tune'
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
  const found = []
  for (let member = 0; member < members; member++) {
    found.push(await latestCheckpoint(memberFolder(run, member).checkpoints))
  }
  const all = found.map(({ snapshot }) => memberOf(model, modelArrays(snapshot), { inputShape, target }))
  return {
    ensemble: ensemble(all, { combine, temperature }),
    steps: found.map(({ snapshot }) => snapshot.position.step),
    damaged: found.flatMap(({ skipped }) => skipped.map(({ path }) => path)),
  }
}

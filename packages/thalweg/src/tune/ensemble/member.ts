/** What an ensemble is made of: a trained model with its weights. A run of `fit` is one. */
import type { Shape } from '../../base/index.ts'
import type { Engine } from '../../compile/index.ts'
import type { Target } from '../../data/index.ts'
import { createStore, type Model, type NamedArray, type Store } from '../../nn/index.ts'
import { modelArrays, type Prediction, predict } from '../../train/index.ts'
import type { Space } from '../space.ts'
import type { TrialCheckpoints } from '../study/checkpoints.ts'
import type { Study, Trial } from '../study/study.ts'

export interface Member {
  readonly store: Store
  /** Of one example. */
  readonly inputShape: Shape
  readonly target: Target
  predict(inputs: ArrayLike<number>): Prediction
}

export interface MemberOptions {
  readonly inputShape: Shape
  readonly target: Target
  readonly engine?: Engine
}

/** A model with weights that were saved, by path. */
export function memberOf(
  model: Model,
  weights: Readonly<Record<string, NamedArray>>,
  { inputShape, target, engine }: MemberOptions,
): Member {
  const where = engine ? { engine } : {}
  const store = createStore(where)
  store.load(weights)
  return {
    store,
    inputShape,
    target,
    predict: (inputs) => predict(model, inputs, { store, inputShape, target, ...where }),
  }
}

export interface TopMembersOptions<S extends Space> extends MemberOptions {
  /** Those that the search was given. */
  readonly checkpoints: TrialCheckpoints
  readonly model: (trial: Trial<S>) => Model
}

/** The models of the best `count` trials of a study, as far as their checkpoints were kept (`keep` of the search). */
export async function topMembers<S extends Space>(
  study: Study<S>,
  count: number,
  { checkpoints, model, ...options }: TopMembersOptions<S>,
): Promise<Member[]> {
  const members: Member[] = []
  for (const trial of study.top(count)) {
    const snapshot = await checkpoints.latest(trial.trial)
    if (snapshot) members.push(memberOf(model(trial), modelArrays(snapshot), options))
  }
  return members
}

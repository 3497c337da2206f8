/** The weights that a training begins with, for whoever wants to try something with them. */
import { createNode } from '../graph/index.ts'
import { build, createStore, type Model, type Store } from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { batchTypes } from '../train/batch.ts'
import type { Settings } from '../train/index.ts'

/** The weights that `fit` would begin with, in a store of their own. */
export function copyOf(model: Model, { store, seed, engine, train, batchSize }: Settings): Store {
  const copy = createStore({ seed: store?.seed ?? seed, engine })
  if (!store) return copy
  const [inputs] = batchTypes(train, batchSize)
  build(model, new Tensor(createNode('input', [], inputs)), store)
  copy.load(store.save())
  return copy
}

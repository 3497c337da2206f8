/** How good weights are: what entrants of a race, places to go back to and attempts are all measured by. */
import { type Dataset, subset } from '../../data/index.ts'
import { createStore, type NamedArray, type Store } from '../../nn/index.ts'
import { type Configuration, evaluate } from '../../train/index.ts'

/** Examples that are looked at. */
const EXAMPLES = 512

/**
 * Mean loss in inference mode, over examples from all of the validation data, or of the training data where nothing is validated.
 * Infinite where it is not a number.
 */
export async function lossWith(
  { model, settings: { train, valid, loss, engine } }: Configuration,
  store: Store,
): Promise<number> {
  const metrics = await evaluate(model, sampleOf(valid ?? train), { store, loss, engine })
  return Number.isFinite(metrics.loss) ? metrics.loss : Number.POSITIVE_INFINITY
}

/** The same with weights that are in no store. */
export async function lossOf(
  configuration: Configuration,
  weights: Readonly<Record<string, NamedArray>>,
): Promise<number> {
  const store = createStore({ engine: configuration.settings.engine })
  store.load(weights)
  try {
    return await lossWith(configuration, store)
  } finally {
    store.release()
  }
}

function sampleOf(dataset: Dataset): Dataset {
  if (dataset.size <= EXAMPLES) return dataset
  return subset(
    dataset,
    Int32Array.from({ length: EXAMPLES }, (_, i) => Math.floor((i * dataset.size) / EXAMPLES)),
  )
}

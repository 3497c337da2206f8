/** How good weights are: what entrants of a race, places to go back to and attempts are all measured by. */
import { type Dataset, subset } from '../../data/index.ts'
import { createStore, type NamedArray, type Store } from '../../nn/index.ts'
import { type Configuration, evaluate, type Settings } from '../../train/index.ts'
import { DATA_BUDGET, dataFactsOf } from '../data-facts.ts'
import { isValidationSpoilt } from '../held-out.ts'
import { spreadRows } from '../sample.ts'

/** Examples that are looked at. */
const EXAMPLES = 512

/**
 * Mean loss in inference mode, over examples from all of the validation data; of the training data where nothing is validated, or
 * where a value of the validation part makes all of its loss (held-out.ts). Infinite where it is not a number.
 */
export async function lossWith({ model, settings }: Configuration, store: Store): Promise<number> {
  const { loss, engine } = settings
  const metrics = await evaluate(model, sampleOf(examplesOf(settings)), { store, loss, engine })
  return Number.isFinite(metrics.loss) ? metrics.loss : Number.POSITIVE_INFINITY
}

/** Of each validation part that was looked at, whether it says nothing. */
const spoilt = new WeakMap<Dataset, boolean>()

function examplesOf(settings: Settings): Dataset {
  const { train, valid } = settings
  if (!valid) return train
  const isSpoilt = spoilt.get(valid) ?? isValidationSpoilt(dataFactsOf({ ...settings, budget: DATA_BUDGET }).heldOut)
  spoilt.set(valid, isSpoilt)
  return isSpoilt ? train : valid
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
  return dataset.size <= EXAMPLES ? dataset : subset(dataset, spreadRows(dataset.size, EXAMPLES))
}

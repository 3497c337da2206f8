/**
 * Batch norm as it is validated beside batch norm as it is trained: the loss of the same examples, once by the moving
 * statistics and once by their own. Nothing but batch norm differs: dropout and the like are at rest in both.
 */
import { internal } from '../base/index.ts'
import { type Plan, recordStep } from '../compile/index.ts'
import type { Dataset } from '../data/index.ts'
import { forward, type LayerCall, type Store } from '../nn/index.ts'
import { abs, add, div, mean, sqrt, square, sub, Tensor, variableTensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from '../train/batch.ts'
import type { WatchedRun } from '../train/index.ts'
import { isBatchNorm } from '../train/statistics/layers.ts'
import { spreadRows } from './sample.ts'

export interface NormGap {
  /** Mean loss of the same examples, by moving statistics and by those of the batch. */
  readonly moving: number
  readonly batch: number
  /** Of the validation part. */
  readonly examples: number
  /** The batch norm whose moving statistics are furthest from the batch's. */
  readonly layer: string
  /** How far: of mean and deviation together, over the batch's deviation; mean over the channels. */
  readonly distance: number
}

export interface NormGapMeter {
  /** As the weights are now. */
  measure(): NormGap
  release(): void
}

/** So many examples have a mean and a variance that can be relied upon. */
const EXAMPLES = 256

/** A channel that does not vary has no deviation to measure by. */
const LEAST = 1e-5

/** @param valid what is looked at: as many of its examples as there is room for, spread evenly */
export function createNormGapMeter({ model, settings, session }: WatchedRun, valid: Dataset): NormGapMeter {
  const { loss, engine } = settings
  const { store } = session
  const rows = spreadRows(valid.size, EXAMPLES)
  const examples = rows.length
  const paths: string[] = []
  let compiled: Plan | undefined

  /** Outputs: both losses, then the distance of each batch norm. */
  function compile(): Plan {
    const step = recordStep(batchTypes(valid, examples), ([inputs, targets]) => {
      const calls: LayerCall[] = []
      const lossOf = (training: typeof isBatchNorm | false): Tensor => {
        const observe = (call: LayerCall): void => void (training && isBatchNorm(call.layer) && calls.push(call))
        const outputs = forward(model, new Tensor(inputs), { store, training, assign: () => undefined, observe })
        return loss.forward(outputs, new Tensor(targets))
      }
      const losses = [lossOf(false), lossOf(isBatchNorm)]
      paths.push(...calls.map(({ path }) => path))
      return [...losses, ...calls.map((call) => distanceOf(call, store))].map(({ node }) => node)
    })
    return engine.compile(step)
  }

  return {
    measure() {
      compiled ??= compile()
      const plan = compiled
      const { inputs, targets } = batchSlots(valid, examples).fill(rows)
      plan.run([inputs, targets])
      const distances = paths.map((_, index) => plan.read(2 + index)[0])
      const distance = Math.max(...distances)
      const layer = paths[distances.indexOf(distance)] ?? ''
      return { moving: plan.read(0)[0], batch: plan.read(1)[0], examples, layer, distance }
    },
    release: () => compiled?.release(),
  }
}

/** In units of the batch's deviation, as the comparison of a run's statistics has it (train/statistics/compare.ts). */
function distanceOf({ path, input }: LayerCall, store: Store): Tensor {
  const axes = input.shape.slice(0, -1).map((_, axis) => axis)
  const center = mean(input, { axes })
  const variance = mean(square(sub(input, center)), { axes })
  const [movingMean, movingVariance] = [
    stateOf(store, `${path}.runningMean`),
    stateOf(store, `${path}.runningVariance`),
  ]
  const apart = add(abs(sub(center, movingMean)), abs(sub(sqrt(variance), sqrt(movingVariance))))
  return mean(div(apart, sqrt(add(variance, LEAST))))
}

function stateOf({ entries }: Store, path: string): Tensor {
  const entry = entries.get(path)
  if (!entry) throw internal('a batch norm without moving statistics', path)
  return variableTensor(entry.variable)
}

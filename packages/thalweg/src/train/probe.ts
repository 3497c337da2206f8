/**
 * A model seen at work without being trained: a batch as the first step would take it, forward in training mode, nothing
 * assigned. For those who look at a network, or prepare it, before it is trained.
 */
import type { Shape, TypedArray } from '../base/index.ts'
import { batchRows, type Dataset, epochOrder } from '../data/index.ts'
import { type ForwardOptions, forward, type LayerCall, type Model, type Store } from '../nn/index.ts'
import { scalar, type Tensor, tensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from './batch.ts'
import { withoutContainers } from './step.ts'

export interface ProbeBatch {
  /** Types of the slots: inputs, then targets. */
  readonly types: ReturnType<typeof batchTypes>
  readonly inputs: Float32Array
  readonly targets: TypedArray
  readonly examples: number
}

/** The first batch of the first epoch that `fit` takes with this seed, or all examples where there are fewer. */
export function probeBatch(dataset: Dataset, batchSize: number, seed: number): ProbeBatch {
  const examples = Math.min(batchSize, dataset.size)
  const rows = batchRows(epochOrder(dataset.size, seed, 0), examples, 0)
  return { types: batchTypes(dataset, examples), ...batchSlots(dataset, examples).fill(rows, 0), examples }
}

export interface ProbeOptions {
  readonly store: Store
  readonly seed: number
  /** Batch statistics and dropout as in training (default), or as at test time. */
  readonly training?: boolean
  readonly substitute?: ForwardOptions['substitute']
}

/** The model's output for `x`, and every layer's that holds no others, in the order in which they run. */
export function probeForward(
  model: Model,
  x: Tensor,
  { store, seed, training = true, substitute }: ProbeOptions,
): { readonly output: Tensor; readonly calls: readonly LayerCall[] } {
  const calls: LayerCall[] = []
  const output = forward(model, x, {
    store,
    training,
    // Step 0 of the run: the masks of dropout are those that its first step draws.
    random: { seed: tensor(seedWords(seed)), step: scalar(0, 'int32') },
    assign: () => undefined,
    observe: (call) => calls.push(call),
    ...(substitute && { substitute }),
  })
  return { output, calls: withoutContainers(calls) }
}

/** Low and high 32 bits. */
function seedWords(seed: number): Int32Array {
  return Int32Array.of(seed, Math.floor(seed / 0x100000000))
}

/** The parameters of a layer itself that weight decay applies to and that have the form of weights. */
export function weightsOf(store: Store, path: string): { readonly path: string; readonly shape: Shape }[] {
  return store
    .parameters()
    .filter(({ decay, variable }) => decay && variable.shape.length >= 2)
    .filter((entry) => entry.path.slice(0, entry.path.lastIndexOf('.')) === path)
    .map((entry) => ({ path: entry.path, shape: entry.variable.shape }))
}

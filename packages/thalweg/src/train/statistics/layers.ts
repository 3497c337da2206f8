/** Where a model's batch norms are, and which of them see what others have normalized. */
import { type Shape, ThalwegError } from '../../base/index.ts'
import { createStep, type Engine } from '../../compile/index.ts'
import { batchCount, batchRows, type Dataset } from '../../data/index.ts'
import { createNode, topologicalOrder } from '../../graph/index.ts'
import { forward, type Layer, type Model, type Store } from '../../nn/index.ts'
import { Tensor } from '../../tensor/index.ts'
import { batchSlots, batchTypes } from '../batch.ts'
import { createPace } from '../pace.ts'

/** A model with its weights: a run, or both by themselves. */
export interface Trained {
  readonly model: Model
  readonly store: Store
}

export interface BatchNormLayer {
  readonly path: string
  readonly channels: number
  /** The largest number of batch norms on a way from the input to this one: layers of one depth can be measured together. */
  readonly depth: number
  /** Per example: pixels of an image, steps of a sequence; 1 after a dense layer. */
  readonly places: number
  readonly epsilon: number
}

/**
 * The batch norms in the order in which they run; one that is used twice is listed once. What was loaded into the store for
 * a model that never ran is claimed by it here.
 */
export function batchNormLayers({ model, store }: Trained, inputShape: Shape): BatchNormLayer[] {
  const x = new Tensor(createNode('input', [], { name: 'x', shape: [1, ...inputShape], dtype: 'float32' }))
  const found = new Map<string, BatchNormLayer>()
  forward(model, x, {
    store,
    training: false,
    observe({ path, layer, input }) {
      if (!isBatchNorm(layer)) return
      const before = topologicalOrder([input.node]).flatMap((node) =>
        node.op === 'variable' ? [found.get(ownerOf(node.attributes.variable.name))?.depth ?? -1] : [],
      )
      const places = input.shape.slice(1, -1).reduce((product, size) => product * size, 1)
      const { epsilon } = layer.options
      found.set(path, {
        path,
        channels: input.shape[input.shape.length - 1],
        depth: Math.max(-1, ...before) + 1,
        places: places + (found.get(path)?.places ?? 0),
        epsilon: typeof epsilon === 'number' ? epsilon : 0,
      })
    },
  })
  return [...found.values()]
}

export function isBatchNorm(layer: Layer): boolean {
  return layer.kind === 'batchNorm'
}

function ownerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

/** What one batch norm is given for one batch: `[count, ..., channels]`, the values of `examples` examples in a row. */
export interface SeenBatch {
  readonly path: string
  readonly examples: number
  readonly channels: number
  readonly values: ArrayLike<number>
}

export interface PassOptions {
  readonly engine: Engine
  /** Layers whose inputs are wanted, by path. */
  readonly paths: ReadonlySet<string>
  /** Rows of the dataset in the order in which batches are cut. */
  readonly rows: Int32Array
  readonly batchSize: number
  /** Whether batch norms normalize by the batch, as in training; everything else is in inference mode. */
  readonly byBatch: boolean
  readonly see: (batch: SeenBatch) => void
}

/** Feeds the examples through the model and shows what the wanted layers are given; nothing is assigned. */
export async function pass({ model, store }: Trained, dataset: Dataset, options: PassOptions): Promise<void> {
  const { engine, paths, rows, batchSize, byBatch, see } = options
  if (rows.length === 0) throw nothingToSee(dataset)
  const seen: string[] = []
  const step = createStep(engine, ([inputs]) => {
    const outputs: Tensor[] = []
    seen.length = 0
    forward(model, new Tensor(inputs), {
      store,
      training: byBatch ? isBatchNorm : false,
      assign: () => undefined,
      observe({ path, layer, input }) {
        if (!isBatchNorm(layer) || !paths.has(path)) return
        outputs.push(input)
        seen.push(path)
      },
    })
    return outputs.map(({ node }) => node)
  })
  const slots = batchSlots(dataset, Math.min(batchSize, rows.length))
  const pace = createPace(50)
  try {
    for (let batch = 0; batch < batchCount(rows.length, batchSize); batch++) {
      if (pace.due()) await pace.pause()
      const examples = batchRows(rows, batchSize, batch)
      const plan = step.plan([batchTypes(dataset, examples.length)[0]])
      plan.run([slots.fill(examples).inputs])
      for (const [output, path] of seen.entries()) {
        const channels = plan.graph.outputs[output].shape.at(-1) ?? 1
        see({ path, examples: examples.length, channels, values: plan.read(output) })
      }
    }
  } finally {
    pace.close()
    step.release()
  }
}

function nothingToSee(dataset: Dataset): ThalwegError {
  return new ThalwegError('train/empty-data', {
    rule: `batch norm statistics: ${dataset.name} must have at least one example`,
    received: '0 examples',
    try: 'check how the dataset was read or split',
  })
}

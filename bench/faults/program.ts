/**
 * A training program as data: everything that `fit` is asked to do, written so that it can be drawn, changed by a mutation,
 * compared and kept as a line of JSON. build.ts makes the model and the options of it; nothing here computes.
 */

/** A function of the library by its name, with its options. */
export interface Named {
  readonly name: string
  readonly options?: Readonly<Record<string, number | string | boolean>>
}

export type LayerSpec =
  | {
      readonly kind: 'dense'
      readonly units: number
      readonly initializer: Named
      readonly bias?: number | undefined
    }
  | {
      readonly kind: 'conv'
      readonly filters: number
      readonly size: number
      readonly initializer: Named
      readonly bias?: number | undefined
    }
  | { readonly kind: 'activation'; readonly name: string }
  | { readonly kind: 'batchNorm'; readonly momentum?: number }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'maxPool' }
  | { readonly kind: 'flatten' }

/** A layer with weights, and its own options. */
export type WeightedLayer = Extract<LayerSpec, { kind: 'dense' | 'conv' }>

export interface DataSpec {
  /** One of `generators` in tables/. */
  readonly generator: string
  readonly seed: number
  readonly trainRows: number
  /** What it means is the generator's; 0 is none. */
  readonly noise: number
  /** Inputs of an example, where the generator leaves it open. */
  readonly features?: number
  /** Classes, or predicted numbers, where the generator leaves it open. */
  readonly outputs?: number
  /** What was done to it after it was prepared as one should. */
  readonly faults?: readonly DataFault[]
}

export type DataFault =
  /** All inputs in 0..255, as an image is read. */
  | { readonly fault: 'bytes' }
  /** One column in another unit. */
  | { readonly fault: 'feature-scale'; readonly column: number; readonly factor: number }
  /** A share of training rows has a value that is no number. */
  | { readonly fault: 'not-a-number'; readonly share: number; readonly value: 'NaN' | 'Infinity' }
  /** A column that says the target, except where it counts. */
  | { readonly fault: 'leak'; readonly column: number; readonly noise: number }
  /** Rows in the order of their target. */
  | { readonly fault: 'sorted' }
  /** A share of training and validation targets belongs to other rows. */
  | { readonly fault: 'wrong-targets'; readonly share: number }
  /** Of all classes but one only this share of the training rows is left. */
  | { readonly fault: 'imbalance'; readonly kept: number }
  /** No training example of one class. */
  | { readonly fault: 'missing-class'; readonly label: number }
  /** Targets in another unit. */
  | { readonly fault: 'target-scale'; readonly factor: number; readonly shift: number }
  /** Training rows alone are few. */
  | { readonly fault: 'few-rows'; readonly rows: number }
  /** Validation examples are copies of training examples. */
  | { readonly fault: 'valid-copies' }
  /** No fault but a way to mend some: standardized by the training part, each column by itself or all as one. */
  | { readonly fault: 'rescaled'; readonly columns: boolean; readonly targets: boolean }
  /** Reading a batch takes this long. */
  | { readonly fault: 'slow-reader'; readonly milliseconds: number }

export interface Program {
  /** Of weights, order and masks. */
  readonly seed: number
  readonly data: DataSpec
  readonly layers: readonly LayerSpec[]
  readonly loss: Named
  readonly optimizer: Named
  readonly batchSize: number | 'all'
  readonly epochs: number
  readonly shuffled: boolean
  readonly clipNorm?: number
  /** Paths of layers that are not trained. */
  readonly frozen?: readonly string[]
}

/**
 * The path of every layer, in the order of `layers`, as `sequential` numbers them: by kind, from 1. An activation's kind is
 * its name.
 */
export function layerPaths(layers: readonly LayerSpec[]): string[] {
  const counts = new Map<string, number>()
  return layers.map((layer) => {
    const kind = layer.kind === 'activation' ? layer.name : layer.kind
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind}${count}`
  })
}

/** Positions in `layers` of those with weights; the last one makes the outputs. */
export function weighted(layers: readonly LayerSpec[]): number[] {
  return layers.flatMap((layer, at) => (isWeighted(layer) ? [at] : []))
}

export function isWeighted(layer: LayerSpec): layer is WeightedLayer {
  return layer.kind === 'dense' || layer.kind === 'conv'
}

/** The rate that a program trains with; every optimizer of the sampler names one. */
export function rateOf({ optimizer }: Program): number {
  const rate = optimizer.options?.learningRate
  if (typeof rate !== 'number') throw new Error(`internal: ${optimizer.name} without a learning rate`)
  return rate
}

/** The same program with other options of its optimizer. */
export function withOptimizer(program: Program, options: NonNullable<Named['options']>): Program {
  return {
    ...program,
    optimizer: { name: program.optimizer.name, options: { ...program.optimizer.options, ...options } },
  }
}

export function withData(program: Program, ...faults: readonly DataFault[]): Program {
  return { ...program, data: { ...program.data, faults: [...(program.data.faults ?? []), ...faults] } }
}

/** The same program with each layer changed, left out (`undefined`) or replaced by several. */
export function withLayers(
  program: Program,
  change: (layer: LayerSpec, at: number) => LayerSpec | readonly LayerSpec[] | undefined,
): Program {
  return { ...program, layers: program.layers.flatMap((layer, at) => change(layer, at) ?? []) }
}

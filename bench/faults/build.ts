/** From a program to what `fit` takes. Everything comes through the library's public subpaths. */
import { arrays, type Dataset, inOrder, shuffled } from 'thalweg/data'
import {
  batchNorm,
  binaryCrossEntropy,
  constant,
  conv2d,
  createActivation,
  createInitializer,
  crossEntropy,
  dense,
  dropout,
  flatten,
  huber,
  type Layer,
  type Loss,
  maxPool2d,
  meanAbsoluteError,
  meanSquaredError,
  multiMargin,
  sequential,
} from 'thalweg/nn'
import { clipByGlobalNorm, createOptimizer } from 'thalweg/optim'
import type { FitOptions } from 'thalweg/train'
import type { LayerSpec, Named, Program, WeightedLayer } from './program.ts'
import { spoilt } from './tables/faults.ts'
import { prepared } from './tables/prepare.ts'
import { type Rows, rowCount, type Table } from './tables/table.ts'

export interface Built {
  readonly model: ReturnType<typeof sequential>
  readonly options: FitOptions
  readonly table: Table
}

export function buildProgram(program: Program): Built {
  const { data, layers, loss, optimizer, batchSize, epochs, seed, clipNorm, frozen } = program
  const table = spoilt(tableOf(program), data)
  const slow = data.faults?.find((one) => one.fault === 'slow-reader')
  const train = datasetOf('train', table, table.train)
  return {
    model: sequential(...layers.map(buildLayer)),
    table,
    options: {
      train: slow ? slowed(train, slow.milliseconds) : train,
      valid: datasetOf('valid', table, table.valid),
      test: datasetOf('test', table, table.test),
      loss: lossOf(loss),
      optimizer: createOptimizer(optimizer.name, optimizer.options),
      order: program.shuffled ? shuffled() : inOrder(),
      batchSize,
      epochs,
      seed,
      ...(clipNorm !== undefined && { clip: clipByGlobalNorm(clipNorm) }),
      ...(frozen && { groups: frozen.map((path) => ({ match: path, rate: 0 })) }),
    },
  }
}

let lastTable: { readonly key: string; readonly table: Table } | undefined

/** Before its faults; a program and its mutations, one after the other, share one. */
export function tableOf({ data }: Program): Table {
  const { faults: _, ...spec } = data
  const key = JSON.stringify(spec)
  if (lastTable?.key !== key) lastTable = { key, table: prepared(spec) }
  return lastTable.table
}

function buildLayer(layer: LayerSpec): Layer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer.units, weightsOf(layer))
    case 'conv':
      return conv2d(layer.filters, layer.size, { ...weightsOf(layer), padding: 'same' })
    case 'activation':
      return createActivation(layer.name)
    case 'batchNorm':
      return batchNorm(layer.momentum === undefined ? {} : { momentum: layer.momentum })
    case 'dropout':
      return dropout({ rate: layer.rate })
    case 'maxPool':
      return maxPool2d(2)
    case 'flatten':
      return flatten()
  }
}

function weightsOf({ initializer: { name, options }, bias }: WeightedLayer) {
  return {
    initializer: createInitializer(name, options),
    ...(bias !== undefined && { biasInitializer: constant(bias) }),
  }
}

const losses: Readonly<Record<string, (options: Named['options']) => Loss>> = {
  crossEntropy: (options) => crossEntropy({ labelSmoothing: Number(options?.labelSmoothing ?? 0) }),
  multiMargin: () => multiMargin(),
  meanSquaredError: () => meanSquaredError(),
  meanAbsoluteError: () => meanAbsoluteError(),
  huber: () => huber(),
  binaryCrossEntropy: () => binaryCrossEntropy(),
}

export function lossOf({ name, options }: Named): Loss {
  return losses[name](options)
}

function datasetOf(part: string, table: Table, rows: Rows): Dataset {
  const { task, shape, outputs } = table
  if (!rows.inputs.every(Number.isFinite)) return unchecked(part, table, rows)
  const names = Array.from({ length: outputs }, (_, i) => `${task === 'class' ? 'class' : 'y'}${i}`)
  const common = { name: part, inputs: rows.inputs, inputShape: shape }
  return task === 'class'
    ? arrays({ ...common, labels: Int32Array.from(rows.targets), classes: names })
    : arrays({ ...common, numbers: rows.targets, names })
}

/** `arrays` refuses what is no number; people who write a dataset of their own have nobody who does. */
function unchecked(part: string, table: Table, { inputs, targets }: Rows): Dataset {
  const size = rowCount(table, { inputs, targets })
  const tidy = datasetOf(part, table, { inputs: new Float32Array(inputs.length), targets })
  const width = inputs.length / size
  return {
    ...tidy,
    fill(rows, inputSlot, targetSlot, epoch) {
      tidy.fill(rows, inputSlot, targetSlot, epoch)
      for (let i = 0; i < rows.length; i++) {
        inputSlot.set(inputs.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
      }
    },
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4))

/** As from a disk or a network that the processor waits for. */
function slowed(dataset: Dataset, milliseconds: number): Dataset {
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      Atomics.wait(nobody, 0, 0, milliseconds)
      dataset.fill(rows, inputs, targets, epoch)
    },
  }
}

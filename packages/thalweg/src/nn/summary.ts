/** A model as a table: layers, what they give for one input shape, how many values they learn. Nothing is computed. */
import { formatShape, type Shape, sizeOf } from '../base/index.ts'
import { createNode } from '../graph/index.ts'
import { Tensor } from '../tensor/index.ts'
import { forward } from './forward.ts'
import type { Layer, Model } from './layer.ts'
import { createStore } from './store.ts'

export interface SummaryRow {
  readonly path: string
  readonly kind: string
  readonly options: Layer['options']
  /** Without the batch axis. */
  readonly outputShape: Shape
  /** Trainable values, each counted where its layer is first used. */
  readonly parameters: number
  /** Values that training changes without a gradient: running statistics. */
  readonly states: number
}

export interface Summary {
  readonly inputShape: Shape
  readonly outputShape: Shape
  /** In the order in which they run; a container has no row of its own. */
  readonly layers: readonly SummaryRow[]
  readonly parameters: number
  readonly states: number
  toString(): string
}

/**
 * What `model` does to one example of `inputShape` (without the batch axis).
 *
 * @throws ThalwegError with the layer's path where shapes do not fit
 */
export function summary(model: Model, inputShape: Shape): Summary {
  const store = createStore({ engine: 'none' })
  const x = new Tensor(createNode('input', [], { name: 'x', shape: [1, ...inputShape], dtype: 'float32' }))
  const calls: { path: string; layer: Layer; outputShape: Shape }[] = []
  const output = forward(model, x, {
    store,
    training: false,
    observe: ({ path, layer, output }) => calls.push({ path, layer, outputShape: output.shape.slice(1) }),
  })
  const counted = new Set<string>()
  const layers = calls
    .filter(({ layer }) => !('layers' in layer))
    .map(({ path, layer, outputShape }): SummaryRow => {
      const own = [...store.entries.values()].filter((entry) => entry.path.startsWith(`${path}.`))
      const fresh = own.filter((entry) => !counted.has(entry.path))
      for (const entry of fresh) counted.add(entry.path)
      return { path, kind: layer.kind, options: layer.options, outputShape, ...countOf(fresh) }
    })
  const all = { inputShape, outputShape: output.shape.slice(1), layers, ...countOf([...store.entries.values()]) }
  return { ...all, toString: () => table(all) }
}

function countOf(entries: readonly { variable: { shape: Shape; trainable: boolean } }[]): {
  parameters: number
  states: number
} {
  const total = (trainable: boolean) =>
    entries.reduce((sum, { variable }) => (variable.trainable === trainable ? sum + sizeOf(variable.shape) : sum), 0)
  return { parameters: total(true), states: total(false) }
}

function table({ inputShape, layers, parameters, states }: Omit<Summary, 'toString'>): string {
  const rows = [
    ['layer', 'kind', 'output', 'parameters'],
    ['input', '', formatShape(inputShape), ''],
    ...layers.map((row) => [row.path, row.kind, formatShape(row.outputShape), grouped(row.parameters)]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 3 ? cell.padStart(widths[3]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  )
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))
  const total = `${grouped(parameters)} parameters${states > 0 ? `, ${grouped(states)} running statistics` : ''}`
  return [lines[0], rule, ...lines.slice(1), rule, total].join('\n')
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

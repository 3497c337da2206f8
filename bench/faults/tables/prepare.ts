/**
 * From a generator to three parts as a careful person would hand them to training: dealt out at random, inputs and numbers
 * standardized by the statistics of the training part alone. Images stay in 0..1.
 */
import { random } from 'thalweg/base'
import type { DataSpec } from '../program.ts'
import { generators } from './generators.ts'
import { type Rows, reordered, type Table, widthOf } from './table.ts'

/** Enough that a score is known to two points; generated rows cost next to nothing. */
const TEST_ROWS = 500

export function prepared({ generator, seed, trainRows, noise, features = 2, outputs = 2 }: DataSpec): Table {
  const validRows = Math.max(100, Math.round(trainRows / 4))
  const rows = trainRows + validRows + TEST_ROWS
  const draw = random(seed, `faults/table/${generator}`)
  const generated = generators[generator]({ rows, noise, features, outputs, seed, random: draw })
  const { task, shape } = generated
  const targetWidth = task === 'class' ? 1 : generated.outputs
  const width = widthOf(generated)
  const all = reordered(generated.rows, draw.permutation(rows), rows)
  const isImage = shape.length > 1
  const inputs = isImage ? all.inputs : standardized(all.inputs, width, trainRows)
  const targets = task === 'class' ? all.targets : standardized(all.targets, targetWidth, trainRows)
  const part = (from: number, to: number): Rows => ({
    inputs: inputs.slice(from * width, to * width),
    targets: targets.slice(from * targetWidth, to * targetWidth),
  })
  return {
    task,
    shape,
    outputs: generated.outputs,
    targetWidth,
    train: part(0, trainRows),
    valid: part(trainRows, trainRows + validRows),
    test: part(trainRows + validRows, rows),
  }
}

/** Each column less its mean, over its deviation, both of the first `known` rows. */
export function standardized(values: Float32Array, width: number, known: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let column = 0; column < width; column++) {
    let sum = 0
    let squares = 0
    for (let row = 0; row < known; row++) sum += values[row * width + column]
    const mean = sum / known
    for (let row = 0; row < known; row++) squares += (values[row * width + column] - mean) ** 2
    const deviation = Math.sqrt(squares / known) || 1
    for (let i = column; i < values.length; i += width) result[i] = (values[i] - mean) / deviation
  }
  return result
}

/**
 * A dataset from arrays in memory. Typed arrays of bytes and floats are kept, not copied (do not write to them
 * afterwards); bytes stay bytes and are scaled on the way into a batch, so 60,000 images take 47 MB, not 188. Everything
 * is checked here, once: counts, NaN and infinities, the range of labels.
 */
import { formatShape, type Shape, sizeOf, ThalwegError } from '../base/index.ts'
import { checkNames, checkRows, checkSlot } from './checks.ts'
import type { Dataset, Target } from './dataset.ts'
import { fingerprintOf } from './fingerprint.ts'

/** Numbers in a row, or rows of them. */
export type Rows = ArrayLike<number> | readonly (readonly number[])[]

export interface ArraysOptions {
  /** What errors and the manifest call it. Default `arrays`. */
  readonly name?: string
  /** `[size, ...inputShape]`, row-major; images as height, width, channels. What is not bytes becomes float32. */
  readonly inputs: Rows
  /** Shape of one example: `[13]`, `[28,28,1]`. Default one axis: as many numbers as there are for each example. */
  readonly inputShape?: Shape
  /** What every input is multiplied with. Default 1/255 for bytes, 1 for floats. */
  readonly scale?: number
  /** Names of the numbers of an example of one axis; findings name them. Default none. */
  readonly columns?: readonly string[]
}

export interface ClassArraysOptions extends ArraysOptions {
  /** Class of each example, `[size]`, integers in 0..classes-1. */
  readonly labels: ArrayLike<number>
  /** Class names. Default `0`, `1`, ... up to the largest label. */
  readonly classes?: readonly string[]
}

export interface NumberArraysOptions extends ArraysOptions {
  /** `[size, names.length]`, row-major. */
  readonly numbers: Rows
  /** Names of the predicted numbers. Default one, `y`. */
  readonly names?: readonly string[]
}

type OptionNames = { readonly [Name in keyof ClassArraysOptions | keyof NumberArraysOptions]?: unknown }

const NAMES = {
  name: 0,
  inputs: 0,
  inputShape: 0,
  scale: 0,
  columns: 0,
  labels: 0,
  classes: 0,
  numbers: 0,
  names: 0,
} as const

/**
 * A dataset over `inputs` and either `labels` (classification) or `numbers` (regression).
 *
 * @throws ThalwegError `data/unequal-count`, `data/not-finite`, `data/bad-label`, `data/bad-scale`, `data/ragged-row`,
 * `data/no-target`, `data/bad-classes`, `data/bad-columns`, `data/unknown-option`
 */
export function arrays(options: ClassArraysOptions | NumberArraysOptions): Dataset {
  const { name = 'arrays', columns } = options
  checkNames<OptionNames>(name, options, NAMES)
  const inputs = options.inputs instanceof Uint8Array ? options.inputs : floats(name, options.inputs)
  const scale = options.scale ?? (inputs instanceof Uint8Array ? 1 / 255 : 1)
  const size = sizeOfTarget(name, options)
  const inputShape = options.inputShape ?? [Math.ceil(inputs.length / Math.max(size, 1))]
  const width = sizeOf(inputShape)
  checkCounts(name, inputs.length, inputShape, size, 'labels' in options ? 'labels' : 'rows of numbers')
  if (!Number.isFinite(scale) || scale === 0) throw badScale(name, scale)
  if (columns && !(inputShape.length === 1 && columns.length === width)) throw badColumns(name, columns, inputShape)
  if (inputs instanceof Float32Array) checkFinite(name, 'input', inputs, inputShape)
  const { target, values } = 'labels' in options ? classTarget(name, options) : numberTarget(name, options)
  const targetWidth = target.kind === 'class' ? 1 : target.names.length
  const copyRow = rowCopier(inputs, width, scale)
  let identity: Promise<string> | undefined

  return {
    name,
    size,
    inputShape,
    ...(columns && { columns }),
    target,
    fill(rows, inputSlot, targetSlot) {
      checkRows(name, rows, size)
      checkSlot(name, 'inputs', inputSlot.length, rows.length * width)
      checkSlot(name, 'targets', targetSlot.length, rows.length * targetWidth)
      for (let i = 0; i < rows.length; i++) {
        copyRow(rows[i], inputSlot, i * width)
        for (let k = 0; k < targetWidth; k++) targetSlot[i * targetWidth + k] = values[rows[i] * targetWidth + k]
      }
    },
    fingerprint() {
      identity ??= fingerprintOf({ inputShape, target, scale, bytes: inputs instanceof Uint8Array }, inputs, values)
      return identity
    },
  }
}

/** From this width on a row is copied faster as a block. */
const WIDE_ROW = 128

/**
 * Copies row `row` to position `to` of a slot. Only a typed array copies a block, and one made for each copy would be
 * garbage in every step: wide rows have theirs, all made at the first copy.
 */
function rowCopier(
  inputs: Float32Array | Uint8Array,
  width: number,
  scale: number,
): (row: number, slot: Float32Array, to: number) => void {
  if (scale !== 1 || width < WIDE_ROW)
    return (row, slot, to) => {
      const from = row * width
      for (let k = 0; k < width; k++) slot[to + k] = inputs[from + k] * scale
    }
  let views: (typeof inputs)[] | undefined
  return (row, slot, to) => {
    views ??= Array.from({ length: inputs.length / width }, (_, row) => inputs.subarray(row * width, (row + 1) * width))
    slot.set(views[row], to)
  }
}

function floats(name: string, values: Rows): Float32Array {
  if (values instanceof Float32Array) return values
  if (!areRows(values)) return Float32Array.from(values)
  const at = values.findIndex((row) => row.length !== values[0].length)
  if (at < 0) return Float32Array.from(values.flat())
  throw new ThalwegError('data/ragged-row', {
    rule: `${name}: every row must have as many numbers as the first`,
    received: `${values[at].length} numbers in row ${at}, ${values[0].length} in row 0`,
    try: 'fill the gaps or leave these rows out (rows count from 0)',
  })
}

function areRows(values: Rows): values is readonly (readonly number[])[] {
  return typeof values[0] === 'object'
}

/** Number of examples, as the target has it; a fraction where the last row of numbers is cut short. */
function sizeOfTarget(name: string, options: ClassArraysOptions | NumberArraysOptions): number {
  if ('labels' in options) return options.labels.length
  if ('numbers' in options) return floats(name, options.numbers).length / (options.names?.length ?? 1)
  throw new ThalwegError('data/no-target', {
    rule: `${name}: there must be something to predict`,
    received: `options ${Object.keys(options).join(', ')}`,
    try: 'give labels, one class number for each example, or numbers, and their names',
  })
}

function checkCounts(name: string, length: number, inputShape: Shape, size: number, what: string): void {
  const width = sizeOf(inputShape)
  if (Number.isInteger(size) && length === size * width) return
  const examples = width === 0 ? 0 : length / width
  throw new ThalwegError('data/unequal-count', {
    rule: `${name}: inputs and ${what} must have the same number of examples`,
    received: `${length} input values (${Number(examples.toFixed(3))} examples of shape ${formatShape(inputShape)}), ${size} ${what}`,
    try: `give ${size * width} input values, or check inputShape`,
  })
}

function badScale(name: string, scale: number): ThalwegError {
  return new ThalwegError('data/bad-scale', {
    rule: `${name}: scale must be a finite number other than 0`,
    received: String(scale),
    try: 'give 1/255 for bytes, or leave scale out',
  })
}

function badColumns(name: string, columns: readonly string[], inputShape: Shape): ThalwegError {
  return new ThalwegError('data/bad-columns', {
    rule: `${name}: columns must have a name for each number of an example of one axis`,
    received: `${columns.length} names for examples of shape ${formatShape(inputShape)}`,
    try: 'leave columns out, or give one name for each column of the inputs',
  })
}

/** Every value is finite; an error names the first offender by row and by column (or place inside the example). */
function checkFinite(name: string, what: string, values: Float32Array, shape: Shape): void {
  const width = sizeOf(shape)
  let first = -1
  let count = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue
    if (first < 0) first = i
    count++
  }
  if (count === 0) return
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  throw new ThalwegError('data/not-finite', {
    rule: `${name}: every ${what} must be a finite number`,
    received: `${values[first]} at row ${Math.floor(first / width)}, ${placeOf(first % width, shape)}${more}`,
    try: 'remove or repair these values before making the dataset (rows and columns count from 0)',
  })
}

function placeOf(index: number, shape: Shape): string {
  if (shape.length <= 1) return `column ${index}`
  const place: number[] = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(index % shape[axis])
    index = Math.floor(index / shape[axis])
  }
  return `element ${formatShape(place)}`
}

function classTarget(name: string, options: ClassArraysOptions): { target: Target; values: Int32Array } {
  const { labels, classes: given } = options
  if (given !== undefined && !Array.isArray(given)) throw badClasses(name, given)
  const values = new Int32Array(labels.length)
  let largest = -1
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]
    const inRange = Number.isInteger(label) && label >= 0 && label < (given?.length ?? 0x7fffffff)
    if (!inRange) throw badLabel(name, label, row, given?.length)
    values[row] = label
    if (label > largest) largest = label
  }
  const classes = given ?? Array.from({ length: largest + 1 }, (_, label) => String(label))
  return { target: { kind: 'class', classes }, values }
}

function badClasses(name: string, given: unknown): ThalwegError {
  return new ThalwegError('data/bad-classes', {
    rule: `${name}: classes must be the names of the classes, in the order of the labels`,
    received: `classes ${String(given)}`,
    try: "give names, such as classes: ['cat', 'dog'], or leave them out: then there are as many as the largest label says",
  })
}

function badLabel(name: string, label: number, row: number, classes: number | undefined): ThalwegError {
  return new ThalwegError('data/bad-label', {
    rule: `${name}: a label must be an integer ${classes === undefined ? 'from 0' : `in 0..${classes - 1}`}`,
    received: `${label} at row ${row}`,
    try: 'number the classes from 0, and give as many class names as there are classes',
  })
}

function numberTarget(name: string, options: NumberArraysOptions): { target: Target; values: Float32Array } {
  const names = options.names ?? ['y']
  const values = floats(name, options.numbers)
  checkFinite(name, 'target', values, [names.length])
  return { target: { kind: 'number', names }, values }
}

/**
 * What goes wrong with data after it was prepared. Where a mistake is in how data is read (its unit, say), it holds for all
 * three parts; where it is in what was collected, for training and validation, and the test part tells the truth.
 */
import { type Random, random } from 'thalweg/base'
import type { DataFault, DataSpec } from '../program.ts'
import { standardized } from './prepare.ts'
import { picked, type Rows, reordered, rowCount, type Table, widthOf } from './table.ts'

export function spoilt(table: Table, { faults = [], seed }: DataSpec): Table {
  return faults.reduce(
    (spoiling, fault, at) => spoil(spoiling, fault, random(seed, `faults/${fault.fault}/${at}`)),
    table,
  )
}

function spoil(table: Table, fault: DataFault, draw: Random): Table {
  switch (fault.fault) {
    case 'bytes':
      return inBytes(table)
    case 'feature-scale':
      return everywhere(table, (rows) => scaledColumn(rows, widthOf(table), fault.column, fault.factor))
    case 'not-a-number':
      return { ...table, train: withHoles(table, fault, draw) }
    case 'leak':
      return leaking(table, fault, draw)
    case 'sorted':
      return { ...table, train: sorted(table) }
    case 'wrong-targets':
      return {
        ...table,
        train: mistargeted(table, table.train, fault.share, draw),
        valid: mistargeted(table, table.valid, fault.share, draw),
      }
    case 'imbalance': {
      const most = draw.integer(table.outputs)
      return keeping(table, (label) => label === most || draw.uniform() < fault.kept)
    }
    case 'missing-class':
      return keeping(table, (label) => label !== fault.label)
    case 'target-scale':
      return everywhere(table, ({ inputs, targets }) => ({
        inputs,
        targets: targets.map((value) => value * fault.factor + fault.shift),
      }))
    case 'few-rows': {
      const rows = rowCount(table, table.train)
      return { ...table, train: reordered(table.train, draw.permutation(rows).subarray(0, fault.rows), rows) }
    }
    case 'valid-copies': {
      const rows = rowCount(table, table.train)
      const copies = draw.permutation(rows).subarray(0, Math.min(rows, rowCount(table, table.valid)))
      return { ...table, valid: reordered(table.train, copies, rows) }
    }
    case 'rescaled':
      return rescaled(table, fault)
    case 'slow-reader':
      return table // build.ts makes the reader slow; the examples are as they were
  }
}

function everywhere(table: Table, change: (rows: Rows) => Rows): Table {
  return { ...table, train: change(table.train), valid: change(table.valid), test: change(table.test) }
}

/** From the training part's least and largest input to 0..255. */
function inBytes(table: Table): Table {
  let [least, most] = [Infinity, -Infinity]
  for (const value of table.train.inputs) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return everywhere(table, ({ inputs, targets }) => ({
    inputs: inputs.map((value) => Math.round((255 * (value - least)) / (most - least))),
    targets,
  }))
}

function rescaled(table: Table, { columns, targets }: Extract<DataFault, { fault: 'rescaled' }>): Table {
  const rows = rowCount(table, table.train)
  const all = (pick: (rows: Rows) => Float32Array) => [table.train, table.valid, table.test].map(pick)
  const scaled = ([train, valid, test]: Float32Array[], width: number) => {
    const done = standardized(Float32Array.from([...train, ...valid, ...test]), width, train.length / width)
    const toValid = train.length + valid.length
    return [done.slice(0, train.length), done.slice(train.length, toValid), done.slice(toValid)]
  }
  const inputs = scaled(
    all((part) => part.inputs),
    columns ? table.train.inputs.length / rows : 1,
  )
  const wanted = all((part) => part.targets)
  const numbers = targets && table.task === 'number' ? scaled(wanted, table.targetWidth) : wanted
  const [train, valid, test] = inputs.map((values, i) => ({ inputs: values, targets: numbers[i] }))
  return { ...table, train, valid, test }
}

function scaledColumn({ inputs, targets }: Rows, width: number, column: number, factor: number): Rows {
  return { inputs: inputs.map((value, i) => (i % width === column ? value * factor : value)), targets }
}

function withHoles(table: Table, { share, value }: Extract<DataFault, { fault: 'not-a-number' }>, draw: Random): Rows {
  const width = widthOf(table)
  const rows = rowCount(table, table.train)
  const inputs = table.train.inputs.slice()
  for (const row of draw.permutation(rows).subarray(0, Math.max(1, Math.round(share * rows)))) {
    inputs[row * width + draw.integer(width)] = Number(value)
  }
  return { inputs, targets: table.train.targets }
}

/** One column becomes the target with a little noise; in the test part that of another row. */
function leaking(table: Table, { column, noise }: Extract<DataFault, { fault: 'leak' }>, draw: Random): Table {
  const width = widthOf(table)
  const told = (rows: Rows, order: ArrayLike<number>): Rows => {
    const inputs = rows.inputs.slice()
    for (let row = 0; row < order.length; row++) {
      inputs[row * width + column] = rows.targets[order[row] * table.targetWidth] + noise * draw.normal()
    }
    return { inputs, targets: rows.targets }
  }
  const same = (rows: Rows) => Int32Array.from({ length: rowCount(table, rows) }, (_, row) => row)
  return {
    ...table,
    train: told(table.train, same(table.train)),
    valid: told(table.valid, same(table.valid)),
    test: told(table.test, draw.permutation(rowCount(table, table.test))),
  }
}

function sorted(table: Table): Rows {
  const { train, targetWidth } = table
  const rows = rowCount(table, train)
  const order = Array.from({ length: rows }, (_, row) => row)
  order.sort((a, b) => train.targets[a * targetWidth] - train.targets[b * targetWidth] || a - b)
  return reordered(train, order, rows)
}

/** A share of rows changes targets with one another: the distribution of targets stays as it was. */
function mistargeted(table: Table, rows: Rows, share: number, draw: Random): Rows {
  const count = rowCount(table, rows)
  const chosen = draw.permutation(count).subarray(0, Math.round(share * count))
  const order = Int32Array.from({ length: count }, (_, row) => row)
  chosen.forEach((row, i) => {
    order[row] = chosen[(i + 1) % chosen.length]
  })
  return { inputs: rows.inputs, targets: picked(rows.targets, order, count) }
}

/** Training and validation rows whose class `keeps` says yes to: what was collected is both. */
function keeping(table: Table, keeps: (label: number) => boolean): Table {
  const kept = (rows: Rows): Rows => {
    const order = [...rows.targets.keys()].filter((row) => keeps(rows.targets[row]))
    return reordered(rows, order, rowCount(table, rows))
  }
  return { ...table, train: kept(table.train), valid: kept(table.valid) }
}

/** Where the values of a dataset stand in the table that they were read from. */
import {
  arrays,
  augmented,
  columnScores,
  type DataSource,
  type Dataset,
  encodeTable,
  fitInputs,
  materialized,
  noise,
  pca,
  prepareTable,
  preprocessed,
  softLabels,
  subset,
  tableDataset,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const header = ['id', 'age', 'town', 'note', 'gap', 'kind']
/** Cells that tell their row: numbers, categories, what takes several lines, what is missing. */
const body = Array.from({ length: 60 }, (_, i) => [
  `n${i * 7}`,
  `${1000 + ((i * 37) % 60)}.5`,
  ['Bonn', 'Kiel', 'Ulm'][i % 3],
  i % 2 ? 'one\r\nand two' : 'one',
  i % 4 ? `${i}` : '',
  i % 5 ? 'often' : 'rare',
])
const rows = [header, ...body]
/** As if every row had an empty line before it. */
const lines = rows.map((_, i) => 1 + 3 * i)

function sourceOf({ source }: Dataset): DataSource {
  if (!source) throw new Error('no source')
  return source
}

const input = (index: number) => ({ part: 'input', index }) as const
const prepared = prepareTable(rows, { name: 'people.csv', target: 'kind', seed: 1, lines })

describe('a cell of a prepared table', () => {
  it.each(['train', 'valid', 'test'] as const)('is found from every number of every example of %s', (part) => {
    const { columns = [], size } = prepared[part]
    const source = sourceOf(prepared[part])
    expect(columns).toEqual(['age', 'town=Bonn', 'town=Kiel', 'town=Ulm', 'note=one', 'note=one\r\nand two', 'gap'])
    for (let example = 0; example < size; example++) {
      const row = prepared.rows[part][example]
      const start = lines[row + 1]
      const file = { file: 'people.csv', row: row + 1 }
      expect(source.place(example)).toEqual({ ...file, line: start })
      for (const [index, feature] of columns.entries()) {
        const column = feature.replace(/=.*/s, '')
        // What follows a note of two lines stands on the second.
        const line = column === 'gap' ? start + (row % 2) : start
        const cell = { column, text: body[row][header.indexOf(column)] }
        expect(source.place(example, input(index))).toEqual({ ...file, line, cell })
      }
      const cell = { column: 'kind', text: body[row][5] }
      const target = source.place(example, { part: 'target', index: 0 })
      expect(target).toEqual({ ...file, line: start + (row % 2), cell })
    }
  })

  it('is none where nobody says the lines: the row is told, counted below the header, and the table may go', () => {
    const { train, rows: chosen } = prepareTable(rows, { target: 'kind', seed: 1 })
    expect(sourceOf(train).place(4, input(0))).toEqual({ file: 'table', row: chosen.train[4] + 1 })
    expect(sourceOf(train).leftOut).toEqual(['id'])
    const again = tableDataset(prepared.preprocessing, rows, 'new.csv')
    expect(sourceOf(again).place(9, input(0))).toEqual({ file: 'new.csv', row: 10 })
  })

  it('keeps its line where rows are left out that are empty', () => {
    const [first, ...others] = rows
    const spaced = [first, [' '], ...others]
    const { train, rows: chosen } = prepareTable(spaced, {
      target: 'kind',
      seed: 1,
      lines: spaced.map((_, i) => 10 * i),
    })
    expect(sourceOf(train).place(0).line).toBe(10 * (chosen.train[0] + 2))
  })

  it('is none where features are mixed, but for the target; its row is known all the same', () => {
    const { train } = prepareTable(rows, { target: 'kind', seed: 1, lines, transforms: [pca({ components: 2 })] })
    const source = sourceOf(train)
    expect(source.place(3, input(0))).toEqual(source.place(3))
    expect(source.place(3).cell).toBeUndefined()
    expect(source.place(3, { part: 'target', index: 0 }).cell?.column).toBe('kind')
  })

  it('says which columns are no inputs, though they might say something', () => {
    expect(sourceOf(prepared.train).leftOut).toEqual(['id'])
  })

  it('has a line for each row, or none', async () => {
    await fails('data/unequal-count', () => prepareTable(rows, { target: 'kind', seed: 1, lines: lines.slice(1) }))
  })
})

describe('errors tell the line where it is known', () => {
  /** The rows with another text in the column of row 7 (from 0), whose note has two lines. */
  const changed = (column: string, text: string): string[][] => {
    return rows.map((row, at) => (at === 8 ? row.with(header.indexOf(column), text) : row))
  }
  const [start, second] = [lines[8], lines[8] + 1]

  it.each([
    ['data/text-in-number', changed('age', 'old'), `"old" in line ${start}, column "age"`],
    ['data/text-in-number', changed('gap', '1O'), `"1O" in line ${second}, column "gap"`],
    ['data/not-finite', changed('gap', '1e99'), `"1e99" in line ${second}, column "gap"`],
    ['data/missing-target', changed('kind', 'NA'), `1 without one: line ${second}`],
    [
      'data/ragged-row',
      changed('kind', '').map((row) => row.filter((cell, i) => cell || i < 5)),
      `line ${start} with 5`,
    ],
  ])('%s', async (code, wrong, received) => {
    const error = await fails(code, () => prepareTable(wrong, { target: 'kind', seed: 1, lines }))
    expect(error.received.startsWith(received)).toBe(true)
    if (code === 'data/missing-target') return
    const later = await fails(code, () => encodeTable(prepared.preprocessing, wrong, 'new.csv', lines))
    expect(later.received.startsWith(received)).toBe(true)
  })

  it('data/bad-score', async () => {
    const error = await fails('data/bad-score', () => columnScores(prepared.table, 'note', Int32Array.of(7)))
    expect(error.received).toBe(`${JSON.stringify(body[7][3])} in line ${start}`)
  })
})

describe('views hand it on', () => {
  const { train } = prepared
  const source = sourceOf(train)
  const expected = source.place(5, input(0))
  const views: Readonly<Record<string, Dataset>> = {
    materialized: materialized(train),
    preprocessed: preprocessed(train, fitInputs(train)),
    augmented: augmented(train, [noise({ deviation: 0.1 })]),
    softLabels: softLabels(train),
  }

  it.each(Object.keys(views))('%s', (name) => {
    expect(sourceOf(views[name]).place(5, input(0))).toEqual(expected)
  })

  it('subset, with the rows it has', () => {
    expect(sourceOf(subset(train, Int32Array.of(8, 5))).place(1, input(0))).toEqual(expected)
  })

  it('preprocessed, without the cells of what it mixes', () => {
    const mixed = sourceOf(preprocessed(train, fitInputs(train, [pca({ components: 2 })])))
    expect(mixed.place(5, input(0))).toEqual(source.place(5))
    expect(mixed.place(5, { part: 'target', index: 0 })).toEqual(source.place(5, { part: 'target', index: 0 }))
  })
})

it('arrays in memory have none', () => {
  const { inputs } = encodeTable(prepared.preprocessing, rows)
  expect(arrays({ inputs, labels: body.map(() => 0) }).source).toBeUndefined()
})

import { readFileSync } from 'node:fs'
import { table } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'
import { isShared, sharedPath } from './shared.ts'

/** Rows of comma-separated cells without quotes: enough for tests; real CSV is parsed before it comes here. */
function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim().split(','))
}

const houses = rowsOf(`size,rooms,heating,garden,price
  50,2,gas,yes,120.5
  75.5,,oil,no,180
  62,3,gas,yes,150.25
  NA,4,wood,no,210
  91,4,?,yes,260.75
  110,5,oil,yes,305`)

/** A table of one feature and one target, given as columns. */
function columns(feature: string[], target: string[]): string[][] {
  return [['feature', 'target'], ...feature.map((cell, i) => [cell, target[i]])]
}

const repeat = (count: number, make: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => make(i))

describe('what a column is', () => {
  it('infers numbers, categories and booleans, and counts what is missing', () => {
    const { columns, target, task } = table(houses, { target: 'price' })
    expect(columns.map(({ name, type, missing, distinct }) => [name, type, missing, distinct])).toEqual([
      ['size', 'number', 1, 5],
      ['rooms', 'number', 1, 4],
      ['heating', 'category', 1, 3],
      ['garden', 'boolean', 0, 2],
    ])
    expect([target.name, task]).toEqual(['price', 'regression'])
  })

  it.each(['', ' ', 'NA', 'na', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?'])('takes %j as missing', (cell) => {
    const { columns: found } = table(columns(['1', '2.5', cell], ['a', 'b', 'a']), { target: 'target' })
    expect(found[0]).toMatchObject({ type: 'number', missing: 1 })
  })

  it.each(['1', '-1', '+1.5', '.5', '5.', '1e3', '-2.5E-3', '007'])('takes %j as a number', (cell) => {
    expect(table(columns([cell, '2'], ['a', 'b']), { target: 'target' }).columns[0].type).toBe('number')
  })

  it.each(['0x10', '1,5', '1_000', '12%', '$5', '1 2', '--1', 'e3', '.'])('takes %j as text', (cell) => {
    expect(table(columns([cell, 'x'], ['a', 'b']), { target: 'target' }).columns[0].type).toBe('category')
  })

  it.each([
    [['true', 'False'], 'boolean'],
    [['yes', 'NO'], 'boolean'],
    [['t', 'f'], 'boolean'],
    [['yes', 'false'], 'category'],
    [['yes', 'maybe'], 'category'],
    [['0', '1'], 'number'],
  ])('takes %j as %s', (cells, type) => {
    expect(table(columns(cells, ['a', 'b']), { target: 'target' }).columns[0].type).toBe(type)
  })

  it('reports a text cell in a numeric column by row, column and cell', async () => {
    const cells = repeat(20, (i) => (i === 12 ? 'twelve' : String(i * i)))
    const rows = columns(
      cells,
      repeat(20, (i) => (i % 2 ? 'a' : 'b')),
    )
    const error = await fails('data/text-in-number', () => table(rows, { name: 'f.csv', target: 'target' }))
    expect(error.received).toBe('"twelve" in row 13, column "feature"')
    expect(error.rule).toMatch(/^f.csv: /)
    expect(table(rows, { target: 'target', types: { feature: 'category' } }).columns[0].type).toBe('category')
  })

  it('knows measurements by their fractions, so that a small table with a typing error is caught too', async () => {
    const target = ['a', 'b', 'a']
    await fails('data/text-in-number', () => table(columns(['1.5', '2', 'x'], target), { target: 'target' }))
    expect(table(columns(['1', '2', 'x'], target), { target: 'target' }).columns[0].type).toBe('category')
  })

  it.each(['inf', '-Infinity', '1e999'])('refuses %s', async (cell) => {
    const error = await fails('data/not-finite', () => table(columns(['1', cell], ['a', 'b']), { target: 'target' }))
    expect(error.received).toBe(`"${cell}" in row 2, column "feature"`)
  })

  it('refuses a forced type that does not fit', async () => {
    const rows = columns(['1', 'x', '3'], ['a', 'b', 'a'])
    await fails('data/text-in-number', () => table(rows, { target: 'target', types: { feature: 'number' } }))
    await fails('data/not-boolean', () => table(rows, { target: 'target', types: { feature: 'boolean' } }))
  })
})

describe('columns that are left out', () => {
  it('reports constants, empty columns and identifiers, and keeps them when forced', () => {
    const rows = [
      ['id', 'name', 'one', 'none', 'x', 'y'],
      ...repeat(30, (i) => `${i + 100},person ${i},same,,${i % 7},${i % 2 ? 'a' : 'b'}`).map((line) => line.split(',')),
    ]
    const found = table(rows, { target: 'y' })
    expect(found.columns.map((column) => column.leftOut)).toEqual([
      'identifier',
      'identifier',
      'constant',
      'empty',
      undefined,
    ])
    expect(found.notes.map((note) => [note.code, note.column])).toEqual([
      ['data/identifier-column', 'id'],
      ['data/identifier-column', 'name'],
      ['data/constant-column', 'one'],
      ['data/empty-column', 'none'],
    ])
    expect(found.notes[0].message).toMatch(/"id" counts the rows, .* to keep it: --column id=number$/)
    expect(found.notes[1].message).toMatch(
      /"name" has 30 different texts, .* to keep it: --column name=class, or columns/,
    )
    const forced = table(rows, { target: 'y', types: { id: 'number', x: 'ignore' } })
    expect(forced.columns.map((column) => column.leftOut)).toEqual([
      undefined,
      'identifier',
      'constant',
      'empty',
      'ignored',
    ])
  })

  it('refuses a table in which nothing is left', async () => {
    await fails('data/no-features', () => table(columns(['1', '1'], ['a', 'b']), { target: 'target' }))
    await fails('data/no-features', () => table([['target'], ['a'], ['b']], { target: 'target' }))
  })
})

describe('the task', () => {
  it.each([
    ['text', ['a', 'b', 'c'], 'classification', ['a', 'b', 'c']],
    ['booleans', ['Yes', 'no', 'yes'], 'classification', ['no', 'yes']],
    ['two integers', ['1', '0', '1.0'], 'classification', ['0', '1']],
    ['two fractions', ['1.5', '0.5', '1.5'], 'regression', []],
    ['integers, all different', ['3', '10', '2'], 'regression', []],
  ])('is inferred from %s', (_, cells, task, classes) => {
    expect(table(columns(['1', '2', '3'], cells), { target: 'target' })).toMatchObject({ task, classes })
  })

  it('takes few integers as classes, ordered by number, and can be told otherwise', () => {
    const rows = columns(
      repeat(100, (i) => String((i * i) % 7)),
      repeat(100, (i) => String((i % 11) + 1)),
    )
    const found = table(rows, { target: 'target' })
    expect(found.task).toBe('classification')
    expect(found.classes).toEqual(repeat(11, (i) => String(i + 1)))
    expect(table(rows, { target: 'target', task: 'regression' })).toMatchObject({ task: 'regression', classes: [] })
  })

  it('says what it takes few integers for, and how the other is asked for; of what leaves no doubt it says nothing', () => {
    const notes = (count: number, cell: (i: number) => string | number, options = {}) => {
      const rows = [['x', 'visits'], ...repeat(count, (i) => String(i % 9)).map((x, i) => [x, String(cell(i))])]
      return table(rows, { target: 'visits', ...options }).notes.map(({ message }) => message)
    }
    expect(notes(80, (i) => (i * i) % 8)).toEqual([
      'target "visits": its 3 integers, 0 to 4, are taken as classes; --column visits=number predicts a number',
    ])
    expect(notes(40, (i) => (i % 12) - 2)).toEqual([
      'target "visits": its 12 integers, -2 to 9, are taken as numbers, of which there are too few rows to be classes; --column visits=class predicts classes',
    ])
    for (const options of [{ task: 'regression' }, { types: { visits: 'number' } }, { types: { visits: 'category' } }])
      expect(notes(80, (i) => i % 8, options)).toEqual([])
    expect(notes(80, (i) => i % 2)).toEqual([])
    expect(notes(80, (i) => i % 40)).toEqual([])
    expect(notes(80, (i) => (i % 8) + 0.5)).toEqual([])
    expect(notes(80, (i) => 'abcdefgh'[i % 8])).toEqual([])
    expect(notes(12, (i) => i)).toEqual([])
  })

  it('refuses regression on text, a target that never varies and one with gaps', async () => {
    const text = columns(['1', '2'], ['a', 'b'])
    await fails('data/text-in-number', () => table(text, { target: 'target', task: 'regression' }))
    await fails('data/one-class', () => table(columns(['1', '2'], ['a', 'a']), { target: 'target' }))
    await fails('data/one-class', () => table(columns(['1', '2'], ['1.5', '1.5']), { target: 'target' }))
    const gaps = columns(['1', '2', '3'], ['a', '', 'NaN'])
    const error = await fails('data/missing-target', () => table(gaps, { target: 'target' }))
    expect(error.received).toBe('2 without one: row 2, row 3')
  })

  it('notes classes too rare to test', () => {
    const rows = columns(['1', '2', '3', '4'], ['a', 'b', 'a', 'a'])
    expect(table(rows, { target: 'target' }).notes.map((note) => note.code)).toEqual(['data/rare-class'])
  })
})

describe('tables that are none', () => {
  it.each([
    ['nothing', []],
    ['empty lines', [[''], [' ']]],
    ['a header alone', [['a', 'b']]],
  ])('refuses %s', async (_, rows) => {
    await fails('data/empty-table', () => table(rows, { target: 'a' }))
  })

  it('suggests a name near the mistyped one, or lists all', async () => {
    const near = await fails('data/unknown-column', () => table(houses, { target: 'prise' }))
    expect(near.try).toBe('did you mean "price"?')
    const none = await fails('data/unknown-column', () => table(houses, { target: 'zzzzzz' }))
    expect(none.try).toBe('choose one of the columns: size, rooms, heating, garden, price')
    await fails('data/unknown-column', () => table(houses, { target: 'price', types: { Room: 'number' } }))
  })

  it('refuses duplicated names, ragged rows and a missing header', async () => {
    const twice = await fails('data/duplicate-column', () =>
      table(
        [
          ['a', 'b', 'a'],
          ['1', '2', '3'],
        ],
        { target: 'b' },
      ),
    )
    expect(twice.received).toBe('"a" as columns 1 and 3')
    const ragged = await fails('data/ragged-row', () => table([['a', 'b'], ['1', '2'], ['1']], { target: 'b' }))
    expect(ragged.received).toBe('row 2 with 1 cells under a header of 2')
    await fails('data/no-header', () =>
      table(
        [
          ['5.1', '3.5'],
          ['4.9', '3'],
        ],
        { target: '3.5' },
      ),
    )
  })

  it('a target that names the rows has nothing to be learned from', async () => {
    const [many, few] = [20, 19].map((count) =>
      columns(
        repeat(count, (i) => `${i % 3}`),
        repeat(count, (i) => `id${i}`),
      ),
    )
    const error = await fails('data/no-class-twice', () => table(many, { target: 'target' }))
    expect(error.received).toBe('20 different values in 20 rows of "target": "id0", "id1", ...')
    expect(table(few, { target: 'target' }).classes).toHaveLength(19)
    // Nearly: numbers that someone called classes.
    const [areas, fewer] = [15, 13].map((different) =>
      columns(
        repeat(20, (i) => `${i % 3}`),
        repeat(20, (i) => `${40 + (i % different)}.5`),
      ),
    )
    const types = { target: 'category' } as const
    const nearly = await fails('data/no-class-twice', () => table(areas, { target: 'target', types }))
    expect(nearly.received).toBe('15 different values in 20 rows of "target": "40.5", "41.5", ...')
    expect(nearly.try).toMatch(/^predict these as numbers/)
    expect(table(fewer, { target: 'target', types }).classes).toHaveLength(13)
  })

  it('one row says that more are needed', async () => {
    const error = await fails('data/no-features', () => table(columns(['1'], ['a']), { target: 'target' }))
    expect(error.try).toBe('give more rows: nothing can vary in one')
  })

  it('a number beyond a 32-bit float is named, not taken for infinite later', async () => {
    const cells = ['1', '2', '-3.5e38', '4']
    const error = await fails('data/not-finite', () =>
      table(columns(cells, ['a', 'b', 'a', 'b']), { target: 'target' }),
    )
    expect(error.received).toBe('"-3.5e38" in row 3, column "feature"')
    cells[2] = '-3.4e38'
    expect(table(columns(cells, ['a', 'b', 'a', 'b']), { target: 'target' }).columns[0].type).toBe('number')
  })

  it('columns may be named as what every object has', () => {
    const found = table(
      [
        ['__proto__', 'constructor', 'toString'],
        ['1', 'x', 'a'],
        ['2', 'y', 'b'],
      ],
      { target: 'toString' },
    )
    expect(found.columns.map(({ name, type }) => [name, type])).toEqual([
      ['__proto__', 'number'],
      ['constructor', 'category'],
    ])
  })

  it('reads past a byte order mark, spaces and empty lines at the end', () => {
    const found = table([['\ufeffa', ' b '], [' 1 ', 'x'], ['2', ' y'], ['']], { target: 'b' })
    expect(found).toMatchObject({ header: ['a', 'b'], classes: ['x', 'y'] })
  })
})

describe.skipIf(!isShared('tabular'))('the real tables (need ../shared/data/tabular)', () => {
  it.each([
    ['iris', 'species', 'classification', 150, 4],
    ['wine', 'cultivar', 'classification', 178, 13],
    ['diabetes', 'progression', 'regression', 442, 10],
  ])('%s: %s is a %s of %i rows', (file, target, task, size, width) => {
    const found = table(rowsOf(readFileSync(sharedPath(`tabular/${file}.csv`), 'utf8')), { target })
    expect(found.task).toBe(task)
    expect(found.rows).toHaveLength(size)
    expect(found.columns).toHaveLength(width)
    expect(found.notes).toEqual([])
  })
})

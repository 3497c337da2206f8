import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  arrays,
  center,
  type Dataset,
  encodeTable,
  fitInputs,
  fitStandardize,
  fitTable,
  type Impute,
  invertTarget,
  minMax,
  type PrepareTableOptions,
  pca,
  prepareTable,
  preprocessed,
  readPreprocessing,
  sequentialOrder,
  standardize,
  table,
  tableDataset,
} from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'
import { isShared, sharedPath } from './shared.ts'

function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim().split(','))
}

function contentOf(dataset: Dataset): { inputs: Float32Array; targets: Float32Array | Int32Array } {
  const width = dataset.inputShape.reduce((a, b) => a * b, 1)
  const inputs = new Float32Array(dataset.size * width)
  const targets = dataset.target.kind === 'class' ? new Int32Array(dataset.size) : new Float32Array(dataset.size)
  dataset.fill(sequentialOrder(dataset.size), inputs, targets)
  return { inputs, targets }
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 5)
}

const houses = rowsOf(`size,rooms,heating,garden,price
  50,2,gas,yes,120.5
  75.5,,oil,no,180
  62,3,gas,yes,150.25
  NA,4,wood,no,210
  91,4,?,yes,260.75
  110,5,oil,yes,305`)
const houseTable = table(houses, { target: 'price' })
const { preprocessing } = fitTable(houseTable, sequentialOrder(6))

describe('preprocessing of a table', () => {
  it('fills, encodes and standardizes as Python computes it', () => {
    const { inputs, width } = encodeTable(preprocessing, houses)
    const column = (at: number): number[] => Array.from({ length: 6 }, (_, row) => inputs[row * width + at])
    expect(preprocessing.features).toEqual(['size', 'rooms', 'heating=gas', 'heating=oil', 'heating=wood', 'garden'])
    // statistics.median, fmean and pstdev of Python on these columns.
    expectClose(column(0), [-1.41374057, -0.09482406, -0.79307398, -0.09482406, 0.70687022, 1.68959239])
    expectClose(
      column(1),
      [-2.5, 0.5, -1, 0.5, 0.5, 2].map((x) => x * Math.SQRT1_2),
    )
    expectClose(column(2), [1, 0, 1, 0, 1, 0])
    expectClose(column(3), [0, 1, 0, 0, 0, 1])
    expectClose(column(4), [0, 0, 0, 1, 0, 0])
    expectClose(column(5), [1, 0, 1, 0, 1, 1])
    expect(preprocessing.target).toMatchObject({ kind: 'number', name: 'price' })
  })

  it('standardizes the target and turns predictions back, at any scale', () => {
    fc.assert(
      fc.property(fc.constantFrom(1e-6, 1, 1e9), fc.integer({ min: -5, max: 5 }), (scale, shift) => {
        const rows = houses.map((row, i) =>
          i === 0 ? row : [...row.slice(0, 4), String(Number(row[4]) * scale + shift)],
        )
        const fitted = fitTable(table(rows, { target: 'price' }), sequentialOrder(6)).preprocessing
        const { targets } = contentOf(tableDataset(fitted, rows))
        const standard = [...targets]
        expect(standard.reduce((a, b) => a + b, 0) / 6).toBeCloseTo(0, 5)
        expect(standard.reduce((a, b) => a + b * b, 0) / 6).toBeCloseTo(1, 5)
        invertTarget(fitted.target, targets).forEach((price, i) => {
          expect(Math.abs(price - Number(rows[i + 1][4]))).toBeLessThan(1e-4 * scale)
        })
      }),
    )
  })

  it('learns nothing from rows outside the training split', () => {
    const train = Int32Array.of(0, 1, 2)
    const fitted = fitTable(houseTable, train).preprocessing
    const changed = houses.map((row, i) => (i > 3 ? ['9999', '77', 'sun', 'no', '1e7'] : row))
    expect(fitTable(table(changed, { target: 'price' }), train).preprocessing).toEqual(fitted)
    expect(fitted.features).not.toContain('heating=wood')
  })

  it('survives JSON', () => {
    const back = readPreprocessing(JSON.parse(JSON.stringify(preprocessing)))
    expect(back).toEqual(preprocessing)
    if (back.kind === 'table') expect(encodeTable(back, houses)).toEqual(encodeTable(preprocessing, houses))
  })

  it('applies to new rows: without the target, in any order of columns, with others between', () => {
    const own = encodeTable(preprocessing, houses)
    const turned = houses.map((row, i) => ['note', ...row.slice(0, 4).reverse()].map((cell, c) => (c ? cell : `n${i}`)))
    expect(encodeTable(preprocessing, turned).inputs).toEqual(own.inputs)
  })

  it('takes an unseen category as none of the known ones, with a note', () => {
    const { inputs, notes } = encodeTable(preprocessing, [houses[0], ['50', '2', 'sun', 'maybe', '1']])
    expect([...inputs.slice(2)]).toEqual([0, 0, 0, 1])
    expect(notes.map((note) => [note.code, note.column])).toEqual([
      ['data/unseen-category', 'heating'],
      ['data/unseen-category', 'garden'],
    ])
    expect(notes[0].message).toContain('"sun"')
  })

  it('fills an even number of values with the mean of the middle two, and ties with the first by code unit', () => {
    const rows = rowsOf('a,b,y\n10,v,p\n1,u,q\n3,v,p\n2,u,q\n?,?,p')
    const fitted = fitTable(table(rows, { target: 'y' }), sequentialOrder(5)).preprocessing
    expect(fitted.columns.map((column) => column.fill)).toEqual([2.5, 'u'])
  })

  it.each([
    ['median', 2],
    ['mean', 3.2],
    ['most-frequent', 2],
    [-1, -1],
  ] as const)('fills missing numbers with %s', (impute, fill) => {
    const rows = rowsOf('a,y\n1,p\n2,q\n2,p\n9,q\n?,p\n2,q')
    const fitted = fitTable(table(rows, { target: 'y' }), sequentialOrder(6), { impute }).preprocessing
    expect(fitted.columns[0].fill).toBe(fill)
  })

  it('takes the smallest of equally frequent numbers, and refuses other words', async () => {
    const rows = table(rowsOf('a,y\n3,p\n1,q\n3,p\n1,q\n?,p\n7,q'), { target: 'y' })
    const fill = (impute: Impute): unknown =>
      fitTable(rows, sequentialOrder(6), { impute }).preprocessing.columns[0].fill
    expect(fill('most-frequent')).toBe(1)
    await fails('data/bad-impute', () => fill(Number.NaN))
    await fails('data/bad-impute', () => fill('mode' as Impute))
  })

  it('scales numbers as asked, and leaves zeros and ones of categories alone', () => {
    const options = { transforms: [minMax({ low: -1 }), center()] }
    const fitted = fitTable(houseTable, sequentialOrder(6), options).preprocessing
    const { inputs, width } = encodeTable(fitted, houses)
    const column = (at: number): number[] => Array.from({ length: 6 }, (_, row) => inputs[row * width + at])
    expectClose(column(2), [1, 0, 1, 0, 1, 0])
    const rooms = [2, 4, 3, 4, 4, 5].map((x) => -1 + ((x - 2) / 3) * 2)
    const mean = rooms.reduce((a, b) => a + b) / 6
    expectClose(
      column(1),
      rooms.map((x) => x - mean),
    )
  })

  it('gives principal components of all features', () => {
    const options = { transforms: [standardize(), pca({ components: 2 })] }
    const fitted = fitTable(houseTable, sequentialOrder(6), options).preprocessing
    expect(encodeTable(fitted, houses).width).toBe(2)
    expect(tableDataset(fitted, houses).inputShape).toEqual([2])
    // Behind them nothing is a one-hot column any more that scaling would leave alone.
    const scaled = fitTable(houseTable, sequentialOrder(6), { transforms: [pca(), standardize()] }).preprocessing
      .transforms
    const [, last] = scaled
    if (last.kind !== 'standardize') throw new Error(last.kind)
    expect(last.scale.filter((scale) => scale === 1)).toEqual([])
    expect(readPreprocessing(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted)
  })

  it('adds indicators of missing cells when asked', () => {
    const fitted = fitTable(houseTable, sequentialOrder(6), { missingIndicator: true }).preprocessing
    expect(fitted.features.filter((name) => name.endsWith('is missing'))).toEqual([
      'size is missing',
      'rooms is missing',
      'heating is missing',
    ])
    const { inputs, width } = encodeTable(fitted, houses)
    const at = fitted.features.indexOf('size is missing')
    expect(houses.slice(1).map((_, row) => inputs[row * width + at])).toEqual([0, 0, 0, 1, 0, 0])
  })

  it('keeps the 64 most frequent of many categories', () => {
    const rows = [['city', 'y']]
    for (let i = 0; i < 300; i++) rows.push([`city ${i < 200 ? i % 50 : i % 100}`, i % 2 ? 'a' : 'b'])
    const found = table(rows, { target: 'y' })
    expect(found.notes.map((note) => note.code)).toEqual(['data/many-categories'])
    const { features } = fitTable(found, sequentialOrder(300)).preprocessing
    expect(features).toHaveLength(64)
    for (let i = 0; i < 50; i++) expect(features).toContain(`city=city ${i}`)
  })

  it('leaves out what does not vary in the training rows', async () => {
    const rows = rowsOf('a,b,y\n1,1,p\n1,2,q\n1,3,p\n2,4,q')
    const { preprocessing: fitted, notes } = fitTable(table(rows, { target: 'y' }), Int32Array.of(0, 1, 2))
    expect(fitted.features).toEqual(['b'])
    expect(notes).toMatchObject([{ code: 'data/constant-column', column: 'a' }])
    await fails('data/no-features', () => fitTable(table(rows, { target: 'y' }), Int32Array.of(0)))
  })

  it('reports missing columns, text for numbers, infinities and unknown classes in new rows', async () => {
    const rows = rowsOf('size,room,heating,garden\n50,2,gas,yes')
    const missing = await fails('data/missing-column', () => encodeTable(preprocessing, rows, 'new.csv'))
    expect(missing.received).toContain('no column "rooms" among size, room')
    expect(missing.try).toContain('did you mean "room"?')
    const row = (size: string): string[][] => [houses[0], [size, '2', 'gas', 'yes', '1']]
    await fails('data/text-in-number', () => encodeTable(preprocessing, row('big')))
    await fails('data/not-finite', () => encodeTable(preprocessing, row('inf')))
    await fails('data/missing-column', () => tableDataset(preprocessing, [houses[0].slice(0, 4)]))
    await fails('data/missing-target', () => tableDataset(preprocessing, [houses[0], ['50', '2', 'gas', 'yes', '']]))
    await fails('data/empty-table', () => encodeTable(preprocessing, []))
    const classes = rowsOf('x,y\n1,a\n2,b\n3,a')
    const fitted = fitTable(table(classes, { target: 'y' }), sequentialOrder(3)).preprocessing
    const unknown = await fails('data/class-not-in-train', () => tableDataset(fitted, rowsOf('x,y\n1,c')))
    expect(unknown.received).toBe('"c" in row 1, column "y"')
  })

  it.each(['null', '1', '{}', '[]', '{"version":2,"kind":"table"}', '{"version":1,"kind":"table","columns":[{}]}'])(
    'refuses to read %s',
    async (json) => {
      await fails('data/bad-preprocessing', () => readPreprocessing(JSON.parse(json), 'preprocessing.json'))
    },
  )

  it('refuses to read itself with any field removed', async () => {
    const damage = (value: unknown, path: string[]): unknown[] => {
      if (Array.isArray(value)) return value.length > 0 ? damage(value[0], path).map((one) => [one]) : []
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([key, inner]) => {
        const others = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
        return [others, ...damage(inner, [...path, key]).map((broken) => ({ ...value, [key]: broken }))]
      })
    }
    const broken = damage(preprocessing, [])
    expect(broken.length).toBeGreaterThan(15)
    for (const value of broken) await fails('data/bad-preprocessing', () => readPreprocessing(value))
  })
})

describe('prepareTable', () => {
  const rows = [['x', 'z', 'y']]
  for (let i = 0; i < 100; i++) rows.push([String(i % 13), i % 3 ? 'u' : 'v', ['a', 'b', 'c'][(i * i) % 3]])
  const prepare = (options: Partial<PrepareTableOptions> = {}): ReturnType<typeof prepareTable> =>
    prepareTable(rows, { name: 'rows.csv', target: 'y', seed: 1, ...options })

  it('gives three parts of every row once, the same for the same seed', async () => {
    const { train, valid, test, rows: parts } = prepare()
    expect([train.size, valid.size, test.size]).toEqual([70, 15, 15])
    expect([...parts.train, ...parts.valid, ...parts.test].sort((a, b) => a - b)).toEqual([...sequentialOrder(100)])
    expect([train.name, valid.name]).toEqual(['rows.csv/train', 'rows.csv/valid'])
    expect(await train.fingerprint()).toBe(await prepare().train.fingerprint())
    expect(await train.fingerprint()).not.toBe(await prepare({ seed: 2 }).train.fingerprint())
  })

  it('keeps a class of one row in the training part', () => {
    const single = prepareTable([...rows, ['1', 'u', 'rare']], { target: 'y', seed: 5 })
    expect([...single.rows.train]).toContain(100)
    expect(single.notes.map((note) => note.code)).toEqual(['data/rare-class'])
  })

  it('refuses too few rows', async () => {
    await fails('data/too-few-rows', () => prepareTable(rows.slice(0, 4), { target: 'y', seed: 1 }))
  })
})

describe('fitStandardize', () => {
  it('gives mean 0 and deviation 1, however large the mean', () => {
    const values = Float64Array.from({ length: 3000 }, (_, i) => 1e9 + Math.sin(i))
    const { mean, scale } = fitStandardize(1, (visit) => visit(values))
    const standard = values.map((value) => (value - mean[0]) / scale[0])
    expect(standard.reduce((a, b) => a + b, 0) / 3000).toBeCloseTo(0, 6)
    expect(standard.reduce((a, b) => a + b * b, 0) / 3000).toBeCloseTo(1, 6)
  })

  it('leaves a constant alone', () => {
    const constant = fitStandardize(1, (visit) => visit(new Array(10).fill(0.1)))
    expect(constant.scale).toEqual([1])
  })
})

describe('preprocessing of inputs', () => {
  const inputs = Float32Array.from({ length: 5 * 2 * 3 * 2 }, (_, i) => (i % 2 === 0 ? i : 100 + 3 * i))
  const images = arrays({ inputs, inputShape: [2, 3, 2], labels: [0, 1, 0, 1, 0] })
  const fitted = fitInputs(images)

  it('standardizes each channel', () => {
    const { inputs: standard } = contentOf(preprocessed(images, fitted))
    for (const channel of [0, 1]) {
      const values = standard.filter((_, i) => i % 2 === channel)
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      expect(mean).toBeCloseTo(0, 5)
      expect(values.reduce((a, b) => a + b * b, 0) / values.length).toBeCloseTo(1, 5)
    }
  })

  it('survives JSON, has a fingerprint of its own and refuses other shapes', async () => {
    expect(readPreprocessing(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted)
    expect(await preprocessed(images, fitted).fingerprint()).not.toBe(await images.fingerprint())
    const other = arrays({ inputs, inputShape: [3, 2, 2], labels: [0, 1, 0, 1, 0] })
    await fails('data/shape-mismatch', () => preprocessed(other, fitted))
  })
})

describe.skipIf(!isShared('tabular'))('the real tables (need ../shared/data/tabular)', () => {
  // fmean and pstdev of Python's statistics module on the whole files.
  it.each([
    ['diabetes', 'progression', 'bmi', 26.37579185520362, 4.413120855492464],
    ['diabetes', 'progression', 's5', 4.641410859728507, 0.5217992869003063],
    ['wine', 'cultivar', 'proline', 746.8932584269663, 314.0216568419878],
  ])('%s: %s from %s, of this mean and deviation', (file, target, column, mean, deviation) => {
    const found = table(rowsOf(readFileSync(sharedPath(`tabular/${file}.csv`), 'utf8')), { target })
    const { features, transforms } = fitTable(found, sequentialOrder(found.rows.length)).preprocessing
    const at = features.indexOf(column)
    const [standardize] = transforms
    if (standardize.kind !== 'standardize') throw new Error(standardize.kind)
    expect(standardize.mean[at]).toBeCloseTo(mean, 9)
    expect(standardize.scale[at]).toBeCloseTo(deviation, 9)
  })
})

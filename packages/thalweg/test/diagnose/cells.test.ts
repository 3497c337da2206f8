/** Findings about values of a table tell the cell as it stands in the file. */
import { random } from 'thalweg/base'
import { type PrepareTableOptions, pca, prepareTable } from 'thalweg/data'
import { dense, meanSquaredError, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import type { Finding } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { examined } from './patients.ts'

const header = ['age', 'income', 'price']

/** A table of 400 rows, 2 lines each, with some cells changed: of the part's first row, in this column. */
function tableWith(
  part: 'train' | 'valid' | 'test',
  cells: Readonly<Record<string, string>>,
  options: Partial<PrepareTableOptions> = {},
): { readonly line: number; readonly patient: Parameters<typeof examined>[0] } {
  const draw = random(1, 'table')
  const body = Array.from({ length: 400 }, () => {
    const [age, income] = [20 + 60 * draw.uniform(), 1000 + 4000 * draw.uniform()]
    return [age, income, 3 * age + income / 100 + draw.normal()].map((value) => value.toFixed(2))
  })
  const lines = Array.from({ length: 401 }, (_, row) => 1 + 2 * row)
  const prepare = () => prepareTable([header, ...body], { name: 'a.csv', target: 'price', seed: 1, lines, ...options })
  const row = prepare().rows[part][0]
  for (const [column, text] of Object.entries(cells)) body[row][header.indexOf(column)] = text
  const { train, valid, test } = prepare()
  const model = sequential(dense(1))
  return { line: lines[row + 1], patient: { train, valid, test, model, loss: meanSquaredError(), epochs: 1 } }
}

async function told(code: string, patient: Parameters<typeof examined>[0]): Promise<Finding> {
  const finding = (await examined(patient)).find((one) => one.code === code)
  if (!finding) throw new Error(`no ${code}`)
  return finding
}

describe('the cell is told', () => {
  it('of an input that lies far out', async () => {
    const { line, patient } = tableWith('train', { age: '99999.0' })
    const { message, try: advice } = await told('input-outlier', patient)
    expect(message).toMatch(
      new RegExp(
        `^line ${line} of a\\.csv, column "age": "99999\\.0", \\d+ times as far from the median as any other value$`,
      ),
    )
    expect(advice).toMatch(/^correct that cell, or empty it/)
  })

  it('of a target that lies far out, which cannot be empty', async () => {
    const { line, patient } = tableWith('train', { price: '1e9' })
    const { message, try: advice } = await told('target-outlier', patient)
    expect(message).toMatch(
      new RegExp(`^line ${line} of a\\.csv, column "price": "1e9", \\S+ times as far from the median as any`),
    )
    expect(advice).toMatch(/^correct that cell, or leave its row out/)
  })

  it.each([
    ['valid', 'validation'],
    ['test', 'test'],
  ] as const)('of the %s part, without advice to scale what is scaled', async (part, name) => {
    const { line, patient } = tableWith(part, { income: '1e7' })
    const finding = await told('held-out-values', patient)
    expect(finding.message).toMatch(
      new RegExp(
        `^line ${line} of a\\.csv \\(${name} part\\), column "income": "1e7", \\d+ times as far from the training mean as anything in training$`,
      ),
    )
    expect(finding.try).toMatch(/^correct that cell, or empty it/)
    expect(`${finding.cause} ${finding.try}`).not.toMatch(/scale/)
    const target = await told('held-out-values', tableWith(part, { price: '-1e7' }).patient)
    expect(target.try).toMatch(/leave its row out/)
  })

  it('without the numbers of the column where all others are the same to a network', async () => {
    const { line, patient } = tableWith('train', { age: '1e30', price: '1e30' })
    const input = await told('input-outlier', patient)
    const start = (column: string): string =>
      `line ${line} of a.csv, column "${column}": "1e30", and all other training`
    expect(input.message).toContain(`${start('age')} examples have the same value: a rare flag, or one value so large`)
    expect((await told('target-outlier', patient)).message).toBe(`${start('price')} targets are the same`)
  })

  it('as far as it is one: of features that are mixed, the row', async () => {
    const { line, patient } = tableWith('train', { age: '1e6' }, { transforms: [pca({ variance: 0.999 })] })
    const { message } = await told('input-outlier', patient)
    expect(message).toMatch(new RegExp(`^feature 0 of line ${line} of a\\.csv is -?\\d+, `))
  })
})

describe('what was left out of the inputs', () => {
  /** A target that goes with the day of the year, or a little with the one feature that is an input. */
  function daily(share: number, dates: boolean): Parameters<typeof examined>[0] {
    const draw = random(1, 'daily')
    const rows = Array.from({ length: 400 }, (_, day) => {
      const [wind, season] = [draw.normal(), Math.sin((2 * Math.PI * day) / 365)]
      const date = dates ? [new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10)] : []
      return [...date, ...[wind, share * wind + season].map((value) => value.toFixed(3))]
    })
    const names = [...(dates ? ['date'] : []), 'wind', 'demand']
    const { train, valid } = prepareTable([names, ...rows], { target: 'demand', seed: 1 })
    return {
      train,
      valid,
      model: sequential(dense(8), relu(), dense(1)),
      loss: meanSquaredError(),
      optimizer: sgd({ learningRate: 0.02 }),
      epochs: 12,
    }
  }

  it.each([
    ['no-signal', 0],
    ['underfitting', 0.25],
  ])('is named as a possible cause of %s', async (code, share) => {
    const { cause, try: advice } = await told(code, daily(share, true))
    expect(cause).toMatch(/; or what tells the target stands in what was left out of the inputs: "date"$/)
    expect(advice).toMatch(/make columns of numbers: of a date its month, weekday or hour$/)
    const other = await told(code, daily(share, false))
    expect(`${other.cause} ${other.try}`).not.toMatch(/left out/)
  })
})

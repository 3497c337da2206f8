/** What the command says of a table's cells: where they stand in the file, as an editor shows it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

interface Layout {
  readonly start: string
  readonly ending: string
  readonly between: string
  readonly note: (row: number) => string
}

const layouts: Readonly<Record<string, Layout>> = {
  plain: { start: '', ending: '\n', between: ',', note: () => 'none' },
  'from a spreadsheet, with notes of several lines': {
    start: '\ufeff',
    ending: '\r\n',
    between: ';',
    note: (row) => (row % 3 ? `"one;\r\n""two""${row % 2 ? '\r\n' : ''}"` : ''),
  },
  'with empty lines and notes from another system': {
    start: '\n\n',
    ending: '\n',
    between: '\t',
    note: (row) => (row % 3 ? '"one\r\ntwo\n\nthree"' : 'one'),
  },
}

/** A table with a typing error in a feature; price goes with age and income. */
function tableOf({ start, ending, between, note }: Layout): string {
  const rows = Array.from({ length: 120 }, (_, row) => {
    const [age, income] = [40 + 20 * Math.sin(row * 12.9), 3000 + 900 * Math.cos(row * 7.3)].map(Math.round)
    const emptyLine = start !== '' && row % 10 === 0 ? ending : ''
    const told = row === 60 ? '99999' : row % 17 === 0 ? '' : age
    return `${emptyLine}${[note(row), told, income, (3 * age + income / 100).toFixed(2)].join(between)}`
  })
  return `${start}${[['note', 'age', 'income', 'price'].join(between), ...rows].join(ending)}${ending}`
}

describe('the line of a cell that lies far out', () => {
  it.each(Object.entries(layouts))('%s', async (_, layout) => {
    const file = join(emptyFolder(), 'people.csv')
    const text = tableOf(layout)
    writeFileSync(file, text)
    const line = text.split(/\r?\n/).findIndex((one) => one.includes('99999')) + 1
    const { code, events } = await thalweg('check', file, '--target', 'price', '--json')
    expect(code).toBeLessThan(2)
    expect(events).toContainEqual(expect.objectContaining({ type: 'note', code: 'data/missing-values' }))
    const messages = events.filter(({ type }) => type === 'finding').map(({ message }) => message)
    expect(messages).toContainEqual(expect.stringMatching(`^line ${line} of people.csv.*, column "age": "99999", `))
  })
})

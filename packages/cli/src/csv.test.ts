/** What is read of a CSV file, and on which line of it: the lines that an editor counts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyFolder } from '../test/command.ts'
import { readCsv } from './csv.ts'

const letters = fc.constantFrom('a', '7', '"', ',', ' ', 'ü')

/** A file as its author wrote it: cells that may hold line breaks, empty lines before any row, one kind of line break or the other. */
const written = fc.record({
  bom: fc.boolean(),
  ending: fc.constantFrom('\n', '\r\n'),
  isEnded: fc.boolean(),
  rows: fc.array(
    fc.record({
      emptyLines: fc.nat(2),
      cells: fc.array(fc.array(fc.oneof(letters, fc.constantFrom('\n', '\r\n')), { maxLength: 4 }), {
        minLength: 2,
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
})

it('rows and the lines on which they begin are those of the file, whatever stands in quotes', async () => {
  const file = join(emptyFolder(), 'table.csv')
  await fc.assert(
    fc.asyncProperty(written, async ({ bom, ending, isEnded, rows }) => {
      // The first line tells the parser how lines end.
      let text = `${bom ? '\ufeff' : ''}head,er`
      const lines = [1]
      for (const { emptyLines, cells } of rows) {
        text += ending.repeat(emptyLines + 1)
        lines.push(text.split(/\r\n|\n/).length)
        text += cells.map((cell) => `"${cell.join('').replaceAll('"', '""')}"`).join(',')
      }
      writeFileSync(file, isEnded ? text + ending : text)
      const read = await readCsv(file)
      expect(read.rows).toEqual([['head', 'er'], ...rows.map(({ cells }) => cells.map((cell) => cell.join('')))])
      expect([...read.lines]).toEqual(lines)
    }),
  )
})

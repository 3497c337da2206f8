/** Experiment files that take the process with them: it has to say so all the same. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, start } from './command.ts'

it.each([
  ['process.exit(0)', 'process.exit(0)'],
  ['await new Promise(() => {})', 'it awaits a promise that nothing settles'],
])('%s is told, as wrong usage', async (text, received) => {
  const file = join(emptyFolder(), 'gone.ts')
  writeFileSync(file, `${text}\nexport default 1\n`)
  const { code, events, stderr } = await start(['profile', file, '--json']).ended
  const rule = `${file}: the file must run to its end`
  expect([code, events]).toEqual([2, [expect.objectContaining({ code: 'cli/broken-experiment', rule, received })]])
  expect(stderr).toMatch(/^.+\nreceived: .+\ntry: .+\n$/)
})

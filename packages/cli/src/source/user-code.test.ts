/** Whose error it is: that of a file that was run, or the command's own. */
import { expect, it } from 'vitest'
import { usersCode, usersError } from './user-code.ts'

const FILE = '/home/someone/wines/experiment.ts'
const OURS = new URL('./experiment.ts', import.meta.url).pathname

function thrownAt(...frames: string[]): Error {
  const error = new Error('boom')
  error.stack = ['Error: boom', ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

it.each<[string, readonly string[], string | undefined]>([
  ['in the file', [`model (${FILE}:3:7)`, `forward (${OURS}:1:1)`], `at model (${FILE}:3:7)`],
  [
    'in a module beside it',
    [`file:///home/someone/parts.mjs:3:7`, `${FILE}:1:1`],
    'at file:///home/someone/parts.mjs:3:7',
  ],
  [
    "in a package that the file calls, or in Node's code",
    ['read (node:fs:1:1)', `open (/home/someone/node_modules/csv/index.js:1:1)`, `async data (${FILE}:3:7)`],
    `at async data (${FILE}:3:7)`,
  ],
  ['in our own code that the file calls', [`dense (${OURS}:1:1)`, `model (${FILE}:3:7)`], undefined],
  ['in a package that we call', ['parse (/usr/lib/node_modules/commander/a.js:1:1)', `main (${OURS}:1:1)`], undefined],
])('%s', async (_, frames, place) => {
  await usersCode(FILE, () => undefined)
  const told = usersError(thrownAt(...frames))
  expect(told?.received).toBe(place && `Error: boom (${place})`)
  expect(told?.rule).toBe(place && `${FILE}: what the file defines must not throw when it is called`)
})

import { expect, test } from 'vitest'
import { race } from './race.ts'
import { WORKLOADS } from './workloads.ts'

/** A contender of a few lines: what it answers to each command. */
const program = (answers: string): string[] => [
  process.execPath,
  '-e',
  `const answers = ${answers}
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const answer = answers[JSON.parse(line).command]
    if (answer) console.log(JSON.stringify(answer))
  })`,
]
const ready = { ready: { about: 'ready' } }
const options = { seconds: 0.2, rounds: 2, warmUp: 0.1, patience: 8 }

test('whoever cannot start, dies, refuses or never answers is reported, and the others race on', async () => {
  const answering = JSON.stringify({ greet: ready, prepare: ready, measure: { milliseconds: [3, 1, 2] } })
  const field = [
    { name: 'sound', command: program(answering) },
    { name: 'missing', command: ['/no/such/program'] },
    { name: 'dying', command: [process.execPath, '-e', "throw new TypeError('no such backend')"] },
    {
      name: 'refusing',
      command: program(JSON.stringify({ greet: ready, prepare: { unsupported: 'no convolutions' } })),
    },
    { name: 'silent', command: program(JSON.stringify({ greet: ready, prepare: ready })) },
  ]
  const entries = field.map((contender) => ({ contender, workload: WORKLOADS[0], threads: 1 }))
  const measured = await race(entries, options)
  expect(measured.map(({ contender }) => contender)).toEqual(field.map(({ name }) => name))
  const of = (name: string) => measured.find(({ contender }) => contender === name)
  expect(of('sound')).toMatchObject({ about: 'ready', median: 2, fastest: 1, slowest: 3 })
  expect(of('missing')?.unsupported).toContain('ENOENT')
  expect(of('dying')?.unsupported).toBe('TypeError: no such backend')
  expect(of('refusing')?.unsupported).toBe('no convolutions')
  expect(of('silent')?.unsupported).toMatch(/^no answer in 8/)
})

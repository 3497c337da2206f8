import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ThalwegError } from 'thalweg/base'
import { afterAll, describe, expect, test } from 'vitest'
import { flag, input, names, nodeProgram, output, seconds, whole, wholes } from './option-kinds.ts'
import { type CommandDescription, readOptions } from './options.ts'

const folder = mkdtempSync(join(tmpdir(), 'thalweg-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'there.json')
writeFileSync(file, '{}')

const options = {
  seconds: seconds('measured', 4),
  'warm-up': seconds('before', 1, 0),
  rounds: whole('R', 'turns', 8, { least: 1, most: 100 }),
  threads: wholes('counts', [1], { least: 1, most: 256 }),
  only: names('kernels', ['matmul', 'conv']),
  json: output('written', undefined),
  docs: input('read'),
  node: nodeProgram('a Node'),
  quiet: flag('nothing but errors'),
}
type Values = { readonly [Name in keyof typeof options]: (typeof options)[Name]['fallback'] }
const command: CommandDescription<Values> = { name: 'npm run it', about: 'An example.', options }

function refusal(...args: string[]): string {
  try {
    readOptions(command, args)
  } catch (error) {
    if (error instanceof ThalwegError && error.code.startsWith('usage/')) return error.message
    throw error
  }
  return 'nothing was refused'
}

describe('options of the house', () => {
  test('have their values, or what they are without', () => {
    const typed = [
      '--threads',
      '1,2',
      '--only=conv',
      '--warm-up',
      '0',
      '--json',
      join(folder, 'new', 'figures.json'),
      '--docs',
      file,
    ]
    expect(readOptions(command, [...typed, '--node', process.execPath, '--quiet'])).toEqual({
      values: {
        seconds: 4,
        'warm-up': 0,
        rounds: 8,
        threads: [1, 2],
        only: ['conv'],
        json: join(folder, 'new', 'figures.json'),
        docs: file,
        node: process.execPath,
        quiet: true,
      },
      words: [],
    })
    expect(readOptions(command, ['--seconds', 'abc', '--help'])).toBe('help')
  })

  test.each([
    [['--seconds', 'abc'], /^--seconds must be a number of seconds above 0 .*\nreceived: abc\ntry: --seconds 1$/],
    [['--seconds', '0'], /received: 0\n/],
    [['--seconds', '-1'], /received: -1\n/],
    [['--seconds', 'Infinity'], /received: Infinity\n/],
    [['--seconds'], /^--seconds must have a value\nreceived: nothing\n/],
    [['--seconds', '--quiet'], /^--seconds must have a value\nreceived: --quiet behind it\n/],
    [['--seconds', '1', '--seconds', '2'], /^npm run it: --seconds may be given once\n/],
    [['--rounds', '1.5'], /^--rounds must be a whole number from 1 to 100\n/],
    [['--threads', '1,999'], /received: 999\n/],
    [['--threads', '1,,2'], /^--threads must have something between its commas\n/],
    [['--threads', '2,2'], /^--threads must name each once\nreceived: 2,2\ntry: --threads 2$/],
    [['--only', 'matmull'], /^--only must name kernels that exist\nreceived: matmull\ntry: did you mean "matmul"\?$/],
    [
      ['--json', join(file, 'figures.json')],
      /: the file must be one that can be written\nreceived: .*there.json, which is no folder\n/,
    ],
    [['--json', folder], /received: a folder\n/],
    [['--docs', '/no/such/file'], /^--docs must name a file that exists\n/],
    [['--node', '/no/such/node'], /^--node must be the path of a Node.*\nreceived: \/no\/such\/node, .*ENOENT\n/],
    [['--quiet=yes'], /^--quiet must stand alone\n/],
    [
      ['--sceonds', '1'],
      /^npm run it: every option must be known\nreceived: --sceonds\ntry: did you mean "--seconds"\?$/,
    ],
    [['-x'], /received: -x\n/],
    [['word'], /^npm run it: there must be nothing but options\nreceived: word\n/],
  ])('%j is refused', (args, message) => {
    expect(refusal(...args)).toMatch(message)
  })
})

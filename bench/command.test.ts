import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readOptions } from '../scripts/options.ts'
import { type BenchOptions, checkTogether, command } from './command.ts'
import { describeMachine, type Figures, readFigures } from './figures.ts'

function asked(...args: string[]): BenchOptions {
  const read = readOptions(command, args)
  if (read === 'help') throw new Error('nobody asked for help')
  return read.values
}

test.each([
  ['--scaling', '--rounds', '3'],
  ['--verify', '--threads', '2'],
  ['--scaling', '--verify'],
  ['--scaling', '--workloads', 'tiny'],
  ['--scaling', '--only', 'pytorch,convnetjs'],
  ['--only', 'brainjs', '--threads', '1,2'],
])('%s %s %s %s leaves nothing to do', (...args) => {
  expect(() => checkTogether(asked(...args))).toThrow(/^npm run bench: .*\nreceived: .*\ntry: /)
})

test('what goes together is let through', () => {
  expect(() => checkTogether(asked())).not.toThrow()
  expect(() =>
    checkTogether(asked('--scaling', '--workloads', 'mlp', '--seconds', '1', '--only', 'pytorch')),
  ).not.toThrow()
})

test('a file of figures is what was written, and any other is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-figures-'))
  try {
    const figures: Figures = {
      commands: ['npm run bench'],
      date: '2026-11-23',
      machine: describeMachine(),
      peaks: [{ threads: 1, operationsPerSecond: 1e11, bytesPerSecond: 1e10 }],
      measurements: [{ workload: 'mlp', contender: 'thalweg', about: 'it', threads: 1, median: 1 }],
      scaling: [
        { name: 'mlp', axis: 'batch', contender: 'thalweg', points: [{ value: 1, milliseconds: 1, operations: 1 }] },
      ],
    }
    const file = join(folder, 'figures.json')
    writeFileSync(file, JSON.stringify(figures))
    expect(readFigures(file, '--docs')).toEqual(figures)
    for (const text of ['', '{}', 'null', '[]', JSON.stringify({ ...figures, peaks: [{}] })]) {
      writeFileSync(file, text)
      expect(() => readFigures(file, '--docs')).toThrow('--docs must name a file that the bench wrote')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

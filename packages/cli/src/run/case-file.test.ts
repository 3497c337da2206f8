import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Mend } from 'thalweg/train'
import { expect, it, onTestFinished } from 'vitest'
import { cutCase } from './case-file.ts'
import { runFolder } from './folder.ts'

const from = { epoch: 0, batch: 0, step: 0 }
const mend: Mend = {
  ...{ attempt: 1, next: 2, codes: [], step: 9, from, control: 1, candidates: [], kept: [], changes: [] },
  ...{ reason: '', margin: 0, spent: 0, share: 0 },
}
const decided = { type: 'mend', ...mend }
const reading = (step: number) => ({ type: 'reading', step, layers: [], parameters: [] })

/** What is left of these lines for a run that goes on from there. */
async function cut(lines: readonly object[], snapshot: Parameters<typeof cutCase>[1]): Promise<unknown[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'thalweg-case-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'case.jsonl')
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"type":"rea`)
  await cutCase(runFolder(folder), snapshot)
  const left = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return left.map((line) => JSON.parse(line)).map(({ type, step }) => `${type} ${step}`)
}

it('leaves what the checkpoint knows of, and drops what will come again', async () => {
  const at = (step: number, mends: Mend[] = []) => ({ position: { epoch: 0, batch: step, step }, mends })
  const lines = [reading(0), reading(8), decided, reading(0), reading(4), reading(8)]
  expect(await cut(lines, undefined)).toEqual([])
  // Of the attempt that it goes on with; what was before the mend has been.
  expect(await cut(lines, at(4, [mend]))).toEqual(['reading 0', 'reading 8', 'mend 9', 'reading 0', 'reading 4'])
  // The mend came after this checkpoint, and will again.
  expect(await cut(lines, at(8))).toEqual(['reading 0', 'reading 8'])
})

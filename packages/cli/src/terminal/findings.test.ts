import type { MendEvent } from 'thalweg/train'
import { expect, it } from 'vitest'
import { createVoice } from '../voice.ts'
import { sayMend } from './findings.ts'

const mend: MendEvent = {
  ...{ type: 'mend', attempt: 1, next: 2, reason: 'a loss of 0.1 against 20.6 unchanged', codes: ['rate-too-high'] },
  ...{ step: 9, from: { epoch: 0, batch: 0, step: 0 }, control: 20.6, candidates: [], margin: 0.05, spent: 90 },
  ...{ share: 0.29, kept: [{ kind: 'learning-rate', factor: 0.1 }] },
  changes: [{ what: 'learning rate', before: '10', after: '1', text: 'learning rate 10 → 1' }],
}

function said(more: Partial<MendEvent>): string {
  const written: string[] = []
  const stream = { isTTY: false, columns: 100, write: (text: string) => written.push(text) > 0 }
  sayMend({ ...mend, ...more }, createVoice({}, { stdout: stream, stderr: stream }))
  return written.join('')
}

it('says what a mend changed, before and after, and why', () => {
  expect(said({})).toBe(
    'mended (rate-too-high): learning rate 10 → 1\n' +
      '  a loss of 0.1 against 20.6 unchanged; on from the beginning (all races 29% of the run)\n',
  )
})

it('tells apart what was kept, taken back and left', () => {
  const reason = 'nothing did better'
  expect(said({ next: 1, kept: [], changes: [], reason })).toBe(
    'not mended (rate-too-high): nothing did better (all races 29% of the run)\n',
  )
  // In the end, without anything new that was found.
  const taken = said({ attempt: 2, next: 1, codes: [], kept: [], from: { epoch: 1, batch: 0, step: 30 } })
  expect(taken).toMatch(/^taken back: learning rate 10 → 1\n {2}a loss .*; on from step 30 /)
})

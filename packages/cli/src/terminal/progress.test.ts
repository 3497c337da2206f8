import type { FindingEvent } from 'thalweg/train'
import { expect, it } from 'vitest'
import { createVoice } from '../voice.ts'
import { createProgress } from './progress.ts'

it('says what was found, where, and what to try', () => {
  const written: string[] = []
  const stream = { isTTY: false, columns: 80, write: (text: string) => written.push(text) > 0 }
  const finding: FindingEvent = {
    type: 'finding',
    attempt: 1,
    code: 'batches-not-random',
    severity: 'warning',
    step: 0,
    layer: 'batchNorm1',
    message: 'batchNorm1 sees batches that are no random samples',
    evidence: { measured: 9, rule: 'variance of the batch means', threshold: 2 },
    cause: 'sorted examples',
    try: 'shuffle every epoch',
    patches: [{ kind: 'shuffle' }],
    source: 'the article, section 5',
  }
  createProgress(createVoice({}, { stdout: stream, stderr: stream }))(finding)
  expect(written.join('')).toBe(
    'warning in batchNorm1 (batches-not-random): batchNorm1 sees batches that are\n  no random samples\n' +
      '  likely: sorted examples\n' +
      '  try: shuffle every epoch\n',
  )
})

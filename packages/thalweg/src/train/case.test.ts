import { expect, it } from 'vitest'
import { createCase, whatStands } from './case.ts'
import type { TrainEvent } from './events.ts'
import { type Finding, findingOf, type Severity } from './finding.ts'
import type { Mend } from './patch.ts'

function found(code: string, step: number, severity: Severity = 'warning'): Finding {
  const about = { about: '', rule: '', threshold: 0, cause: '', try: '', source: '' }
  return findingOf({ code, severity, ...about }, { measured: 1, message: code }, step)
}

const nothing = { reason: '', control: 1, candidates: [], kept: [], changes: [], margin: 0.05, spent: 0, share: 0 }

function mendOf(step: number, from: number, ...codes: string[]): Omit<Mend, 'attempt' | 'next'> {
  return { ...nothing, codes, step, from: { epoch: 0, batch: 0, step: from } }
}

function openCase() {
  const events: TrainEvent[] = []
  const record = createCase((event) => events.push(event))
  return {
    ...record,
    /** `leak@1` where it was told in attempt 1, `(leak)@2` where it was no news any more. */
    told: () =>
      events.flatMap((e) => (e.type === 'finding' ? [`${e.again ? `(${e.code})` : e.code}@${e.attempt}`] : [])),
    stands() {
      const { attempt, findings, mended, mends } = whatStands(record.findings, record.mends)
      return { attempt, findings: findings.map(({ code }) => code), mended, led: mends.map(({ step }) => step) }
    },
  }
}

it('a mend from the beginning leaves nothing of what was found, and what is found again is news only where it was mended', () => {
  const run = openCase()
  run.report([found('leak', 0), found('diverged', 8, 'error'), found('dead', 8)])
  run.decide(mendOf(9, 0, 'diverged'), 'new')
  expect(run.stands()).toEqual({ attempt: 2, findings: [], mended: ['diverged'], led: [9] })
  run.report([found('leak', 0), found('diverged', 20, 'error')])
  expect(run.told()).toEqual(['leak@1', 'diverged@1', 'dead@1', '(leak)@2', 'diverged@2'])
  expect(run.stands()).toEqual({ attempt: 2, findings: ['leak', 'diverged'], mended: [], led: [9] })
})

it('a mend from a later place keeps what was found before it, but for what it mended', () => {
  const run = openCase()
  run.report([found('leak', 0), found('slow', 30), found('dead', 60)])
  run.decide(mendOf(61, 50, 'slow', 'dead'), 'new')
  run.report([found('leak', 70), found('plateau', 80, 'info')])
  expect(run.stands()).toEqual({ attempt: 2, findings: ['leak', 'plateau'], mended: ['slow', 'dead'], led: [61] })
})

it('a mend that is taken back leaves the attempt as it was, with what comes afterwards', () => {
  const run = openCase()
  run.report([found('slow', 30)])
  run.decide(mendOf(31, 0, 'slow'), 'new')
  run.report([found('dead', 40)])
  run.decide(mendOf(50, 31), 1)
  run.report([found('slow', 55), found('dead', 60)])
  expect(run.stands()).toEqual({ attempt: 1, findings: ['slow', 'dead'], mended: [], led: [] })
  expect(run.mends.map(({ attempt, next }) => [attempt, next])).toEqual([
    [1, 2],
    [2, 1],
  ])
  run.decide(mendOf(61, 0, 'dead'), 'new')
  expect(run.stands().attempt).toBe(3)
})

it('nothing kept changes nothing', () => {
  const run = openCase()
  run.report([found('slow', 30)])
  run.decide(mendOf(31, 31, 'slow'), 'same')
  expect(run.stands()).toEqual({ attempt: 1, findings: ['slow'], mended: [], led: [] })
})

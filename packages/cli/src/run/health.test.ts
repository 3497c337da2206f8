import { expect, it } from 'vitest'
import { healthText } from '../terminal/findings.ts'
import { styleFor } from '../terminal/style.ts'
import type { CaseFile, KnownFinding, KnownMend, KnownReading } from './case-file.ts'
import { verdictOf } from './case-words.ts'
import { findingsIn, healthIn } from './health.ts'
import { layerCharts } from './layers.ts'
import type { Manifest } from './manifest.ts'

const manifest: Manifest = {
  ...{ version: 1, name: 'moons', created: '2026-11-26T12:00:00.000Z', target: 'moons', seed: 1 },
  versions: { thalweg: '0', cli: '0', node: '20' },
  recipe: {
    ...{ model: { kind: 'experiment', file: 'moons.ts', sha256: '' }, optimizer: { name: 'sgd', options: {} } },
    ...{ schedule: { name: 'fixed' }, epochs: 9, batchSize: 32, order: { name: 'shuffled' } },
  },
  data: {
    ...{ inputShape: [2], target: { kind: 'class', classes: ['a', 'b'] }, files: [] },
    train: { examples: 99, fingerprint: '' },
  },
}

function found(code: string, more: Partial<KnownFinding> = {}): KnownFinding {
  const evidence = { measured: 1, rule: '', threshold: 0 }
  const words = { message: '', evidence, cause: '', try: '', source: '', patches: [] }
  return { type: 'finding', code, severity: 'warning', step: 8, attempt: 1, ...words, ...more }
}

const mend: KnownMend = {
  ...{ type: 'mend', attempt: 1, next: 2, codes: ['diverged'], step: 9, from: { epoch: 0, batch: 0, step: 0 } },
  ...{
    reason: '',
    control: 1,
    candidates: [],
    kept: [{ kind: 'shuffle' }],
    changes: [],
    margin: 0.05,
    spent: 9,
    share: 0.1,
  },
}

function caseOf(parts: Partial<CaseFile>): CaseFile {
  return { watches: [], findings: [], mends: [], readings: [], ...parts }
}

function textOf(parts: Partial<CaseFile>, more: Partial<Manifest> = {}, isFinished = true): string {
  const whole = { ...manifest, ...more }
  return healthText(healthIn(caseOf(parts), whole, isFinished), whole, styleFor({}))
}

it('keeps what is true of the run as it stands apart from what was given up', () => {
  const findings = [
    found('diverged', { severity: 'error' }),
    found('leak', { step: 0 }),
    found('leak', { step: 0, attempt: 2, again: true }),
    found('plateau', { severity: 'info', attempt: 2, step: 20 }),
  ]
  const { standing, givenUp } = findingsIn(caseOf({ findings, mends: [mend] }))
  expect(standing.map(({ finding }) => finding.code)).toEqual(['leak', 'plateau'])
  expect(givenUp.map(({ attempt, step, cases }) => [attempt, step, cases.map(({ finding }) => finding.code)])).toEqual([
    [1, 9, ['diverged']],
  ])
  expect(textOf({ findings, mends: [mend] })).toBe('leak; mended: diverged; note: plateau')
  // A note of what was mended is no news; it is told in full.
  const slight = [...findings, found('diverged', { severity: 'info', attempt: 2, step: 30 })]
  expect(textOf({ findings: slight, mends: [mend] })).toBe('leak; mended: diverged; note: plateau')
  expect(findingsIn(caseOf({ findings: slight, mends: [mend] })).givenUp).toHaveLength(1)
})

it('takes a mend that was taken back for none', () => {
  const back: KnownMend = { ...mend, attempt: 2, next: 1, codes: [], step: 40, kept: [] }
  const findings = [found('diverged'), found('stuck', { attempt: 2, step: 20 })]
  const parts = { findings, mends: [mend, back] }
  const { standing, givenUp, led } = findingsIn(caseOf(parts))
  expect([standing, givenUp].map(({ length }) => length)).toEqual([1, 1])
  expect([givenUp[0].attempt, givenUp[0].step, led]).toEqual([2, 40, []])
  expect(textOf(parts)).toBe('diverged')
  expect([mend, back, { ...mend, kept: [] }, { ...mend, next: 1 }].map(verdictOf)).toEqual([
    ...['mended', 'taken back', 'gone back', 'not mended'],
  ])
})

it('tells what got worse once, and what networks have in common together', () => {
  const findings = [
    found('slow', { severity: 'info', member: 2, step: 3 }),
    found('slow', { member: 2 }),
    found('slow', { member: 1 }),
    found('dead', { member: 1 }),
    found('stuck', { member: 1 }),
    found('stuck', { member: 2 }),
  ]
  const { standing } = findingsIn(caseOf({ findings }))
  expect(standing.map(({ finding, networks }) => [finding.code, finding.member, networks])).toEqual([
    ['slow', 2, [1, 2]],
    ['dead', 1, [1]],
    ['stuck', 1, [1, 2]],
  ])
  expect(textOf({ findings }, { ensemble: 2 })).toBe('slow and stuck in both networks, dead in network 1')
})

it('says where nobody watched', () => {
  const watch = (how: 'off' | 'advise', step: number) => ({ type: 'watch', how, step }) as const
  expect(textOf({ watches: [watch('advise', 0)] })).toBe('nothing wrong was seen')
  expect(textOf({ watches: [watch('off', 0)] })).toBe('nobody watched (--babysit off)')
  expect(textOf({ watches: [watch('advise', 0), watch('off', 9)] })).toContain('nobody watched a part of it')
  expect(textOf({}, { babysit: 'off' })).toBe('nobody watched (--babysit off)')
  expect(textOf({}, { babysit: 'advise' })).toBe('what was seen is lost: case.jsonl is missing or damaged')
  expect(textOf({ watches: [watch('advise', 0)] }, { babysit: 'advise' })).toBe('nothing wrong was seen')
  expect(textOf({}, { ensemble: 3, members: 'trials' })).toBe('nobody watches the trials of a search')
})

it('calls nothing good that did not come to its end', () => {
  const words = { code: 'cli/failed-experiment', rule: 'mine.ts: it must not throw', received: 'Error: gone', try: 'x' }
  const failure = { type: 'failure', step: 9, ...words } as const
  expect(healthIn(caseOf({ failure }), manifest, false)).toMatchObject({ came: 'failed', failure: words })
  expect(textOf({ failure }, {}, false)).toBe('it failed; nothing wrong was seen until then')
  expect(textOf({ failure, findings: [found('slow')] }, {}, false)).toBe('slow; it failed')
  expect(textOf({}, {}, false)).toBe('it is not finished; nothing wrong was seen until then')
  // What was gone on with and came to its end has nothing to do with how it went before.
  expect(healthIn(caseOf({ failure }), manifest, true)).not.toHaveProperty('failure')
})

it('draws layers without what was read of attempts that were given up', () => {
  const reading = (step: number, attempt: number, deviation: number): KnownReading => ({
    ...{ type: 'reading', step, attempt, parameters: [] },
    layers: [{ path: 'dense1', deviation, gradient: 0, zeros: 0 }],
  })
  const readings = [reading(0, 1, 1), reading(8, 1, 1e19), reading(0, 2, 1), reading(8, 2, 2)]
  const { charts } = layerCharts({ readings, mends: [mend] })
  expect(charts.map(({ series }) => series.map(({ points }) => points))).toEqual([
    [
      [
        [0, 1],
        [8, 2],
      ],
    ],
  ])
})

/** Each ailment on a small network that has it, and on a twin that has not. Healthy runs hear no warning at all. */
import { advise, conditions } from 'thalweg/diagnose'
import { dense, normal, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { type Finding, fit } from 'thalweg/train'
import { describe, expect, it } from 'vitest'
import { codes, examined, type Patient, recipe } from './patients.ts'

interface Case {
  readonly code: string
  readonly sick: Patient
  readonly severity?: Finding['severity']
  readonly layer?: string
  /** Default the healthy one of all. */
  readonly twin?: Patient
}

const cases: readonly Case[] = [
  {
    code: 'loss-diverged',
    severity: 'error',
    sick: { optimizer: sgd({ learningRate: 10, momentum: 0.9 }) },
  },
  {
    code: 'dead-relu',
    severity: 'error',
    layer: 'relu2',
    sick: {
      model: sequential(
        dense(32),
        relu(),
        dense(16, { biasInitializer: normal({ mean: -30, deviation: 1 }) }),
        relu(),
        dense(4),
      ),
    },
  },
]

describe.each(cases)('$code', ({ code, severity = 'warning', layer, sick, twin }) => {
  it('is found in a network that has it', async () => {
    const findings = (await examined(sick)).filter((finding) => finding.code === code)
    expect(findings.at(-1)).toMatchObject({ code, severity, ...(layer && { layer }) })
    const { measured, threshold } = findings[findings.length - 1].evidence
    expect(Number.isNaN(measured)).toBe(false)
    expect(measured).not.toBe(threshold)
  })

  it.runIf(twin)('is not found in its twin', async () => {
    expect((await examined(twin ?? {})).map((finding) => finding.code)).not.toContain(code)
  })
})

describe('the list', () => {
  it('has each code once, with words for everything', () => {
    const known = conditions.map(({ code }) => code)
    expect(new Set(known).size).toBe(known.length)
    for (const { about, cause, source, ...others } of conditions)
      for (const words of [about, cause, source, others.try, others.rule]) expect(words.length).toBeGreaterThan(10)
  })
})

describe('a healthy run', () => {
  it('hears no warning', async () => {
    expect(codes(await examined({ epochs: 20 }), 'warning', 'error')).toEqual([])
  })

  it('gives the same bits with and without a babysitter', async () => {
    const model = sequential(dense(16), relu(), dense(4))
    const watched = await fit(model, { ...recipe(), babysit: advise({ readingEvery: 1 }) })
    const alone = await fit(model, recipe())
    expect(watched.store.save()).toEqual(alone.store.save())
    expect(watched.history.map(({ trainLoss }) => trainLoss)).toEqual(alone.history.map(({ trainLoss }) => trainLoss))
  })
})

import { expect, it } from 'vitest'
import { isRepaired, judge } from './judge.ts'
import { healthyProgram } from './sampler.ts'
import type { Faulty } from './select.ts'
import type { Found, Outcome } from './trial.ts'

const outcome = (findings: readonly Found[], gain = 0): Outcome => {
  return { gain, trainGain: gain, validGain: gain, examples: 1, steps: 1, seconds: 1, waitedSeconds: 0, findings }
}

const program = healthyProgram('tuning', 1)
const faulty: Faulty = {
  kind: { name: 'k', expects: ['a'], brings: ['b', 'a'], repairable: true, mutate: () => undefined },
  program,
  layers: ['dense2', 'relu2'],
  twin: { number: 1, program, outcome: outcome([], 0.9) },
  outcome: outcome([]),
}

const said = (code: string, step: number, layer?: string, severity: Found['severity'] = 'warning'): Found => {
  return { code, step, severity, ...(layer !== undefined && { layer }) }
}

it('catches a fault by its codes alone, at the first step that one of them names', () => {
  const verdict = judge(faulty, outcome([said('b', 1), said('a', 9, 'dense1'), said('a', 12, 'dense2'), said('c', 20)]))
  expect(verdict).toMatchObject({ caught: true, step: 9, expected: ['a'], brought: ['b'], strange: ['c'] })
})

it('counts no remark as a verdict', () => {
  expect(judge(faulty, outcome([said('a', 9, 'dense2', 'info')]))).toMatchObject({ caught: false, expected: [] })
})

it('holds the first layer that is named to those at fault, with what they hold', () => {
  expect(judge(faulty, outcome([said('a', 9, 'dense1'), said('a', 12, 'dense2')])).rightLayer).toBe(false)
  expect(judge(faulty, outcome([said('a', 9), said('a', 12, 'relu2')])).rightLayer).toBe(true)
  expect(judge(faulty, outcome([said('a', 9, 'dense2.weight')])).rightLayer).toBe(true)
  expect(judge(faulty, outcome([said('a', 9, 'dense22')])).rightLayer).toBe(false)
})

it('asks of a repair nine tenths of what the healthy twin gained', () => {
  expect(isRepaired(faulty, outcome([], 0.82))).toBe(true)
  expect(isRepaired(faulty, outcome([], 0.8))).toBe(false)
})

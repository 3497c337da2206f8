import { expect, it } from 'vitest'
import { finishedAttempt, otherAttempt, type Standpoint } from './probation.ts'

function at(step: number, loss: number, isFinished = false): Standpoint {
  return { loss, position: { epoch: 0, batch: 0, step }, isFinished }
}

const left = (...standpoints: Standpoint[]): Map<number, Standpoint> =>
  new Map(standpoints.map((one, index) => [index + 1, one]))

it.each([
  ['a mended run that is as far and worse goes back', at(300, 0.5), left(at(300, 0.3)), 1],
  ['one that is not as far yet has time', at(299, 0.5), left(at(300, 0.3)), undefined],
  ['one that died has none', at(9, Number.POSITIVE_INFINITY), left(at(300, 0.3)), 1],
  ['though not to one that has learned nothing', at(9, Number.POSITIVE_INFINITY), left(at(300, 1)), undefined],
  ['nobody goes back to a run that died', at(300, 0.5, true), left(at(9, Number.POSITIVE_INFINITY)), undefined],
  ['chance decides nothing', at(300, 0.5), left(at(300, 0.49)), undefined],
  ['in the end the best one counts', at(900, 0.5, true), left(at(300, 0.4), at(900, 0.2, true)), 2],
  ['a good end is an end', at(900, 0.2, true), left(at(300, 0.4)), undefined],
  ['a mend that led nowhere is taken back', at(900, 0.99, true), left(at(9, 1.2)), 1],
  ['unless that was gone through already', at(900, 0.99, true), left(at(900, 1, true)), undefined],
])('%s', (_, present, others, expected) => {
  expect(otherAttempt(present, others, 1)).toBe(expected)
})

it('what label smoothing leaves of any loss counts for nothing', () => {
  const [blind, least] = [1.386, 1.372]
  expect(otherAttempt(at(300, 1.385), left(at(300, 1.375)), blind, least)).toBe(1)
  expect(otherAttempt(at(900, 1.373, true), left(at(300, 1.38)), blind, least)).toBeUndefined()
})

it('of those that came to their end, the best one; none that died, and none that is on its way', () => {
  const dead = at(9, Number.POSITIVE_INFINITY, true)
  expect(finishedAttempt(left(dead, at(300, 0.1), at(900, 1.1, true), at(900, 1, true)))).toBe(4)
  expect(finishedAttempt(left(dead, at(300, 0.1)))).toBeUndefined()
})

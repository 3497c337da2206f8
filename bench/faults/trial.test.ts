import { internal, ThalwegError } from 'thalweg/base'
import { expect, it } from 'vitest'
import { isOfProgram } from './trial.ts'

it('blames a program for what the library refuses, and never for a fault of the library', () => {
  const refused = new ThalwegError('train/non-finite-loss', { rule: 'r', received: 'x', try: 't' })
  expect([refused, internal('a thread broke'), new TypeError('x')].map(isOfProgram)).toEqual([true, false, false])
})

/** Numbers as people read them. */
import { expect, it } from 'vitest'
import { percent, short } from './words.ts'

it('shares have a digit behind the point where they are small, and none where they are nothing', () => {
  expect([0.734, 1, 0.0042, 0.0004, 0, -0.013].map(percent)).toEqual(['73%', '100%', '0.4%', '0%', '0%', '-1.3%'])
})

it('numbers have three figures, and what is beyond all numbers is said in words', () => {
  expect([0.01234, 12300, 4.21e-9, 2.5e7, 0].map(short)).toEqual(['0.0123', '12300', '4.2e-9', '2.5e+7', '0'])
  expect(short(Number.POSITIVE_INFINITY)).toBe('more than 1e308')
  expect(short(Number.NaN)).toBe('NaN')
})

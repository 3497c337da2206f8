/** Numbers as people read them. */
import { expect, it } from 'vitest'
import { percent, short, spelled } from './words.ts'

it('shares have a digit behind the point where they are near nothing or all, and are not said to be that', () => {
  expect([0.734, 1, 0, -0.013, 0.0042, 0.9958].map(percent)).toEqual(['73%', '100%', '0%', '-1.3%', '0.4%', '99.6%'])
  expect([1e-5, 1 - 1e-5].map(percent)).toEqual(['under 0.1%', 'over 99.9%'])
})

it('shares of more than all are numbers that can be read', () => {
  expect([1.5, 12345.6, Number.POSITIVE_INFINITY].map(percent)).toEqual(['150%', '1.2e+6%', 'more than 1e308%'])
})

it('numbers have three figures, and what is beyond all numbers is said in words', () => {
  expect([0.01234, 12300, 4.21e-9, 2.5e7, 0].map(short)).toEqual(['0.0123', '12300', '4.2e-9', '2.5e+7', '0'])
  expect(short(Number.POSITIVE_INFINITY)).toBe('more than 1e308')
  expect(short(Number.NaN)).toBe('NaN')
})

it('values of the data can be looked for', () => {
  expect([999999, 1e30, -0.069505, 14.4568].map(spelled)).toEqual(['999999', '1e+30', '-0.069505', '14.4568'])
})

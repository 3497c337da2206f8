/** What every error of the data room must be: one class, the expected code, three lines. */
import { ThalwegError } from 'thalweg'
import { expect } from 'vitest'

/** Runs `act`, which must throw a three-line ThalwegError with this code, and returns it. */
export async function fails(code: string, act: () => unknown): Promise<ThalwegError> {
  let thrown: unknown
  try {
    await act()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(ThalwegError)
  const error = thrown as ThalwegError
  expect(error.code).toBe(code)
  const lines = error.message.split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/\S+.*: \S/)
  expect(lines[1]).toMatch(/^received: \S/)
  expect(lines[2]).toMatch(/^try: \S/)
  return error
}

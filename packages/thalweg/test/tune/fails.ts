/** Errors as they must be: the code that was promised, and three lines. */
import { ThalwegError } from 'thalweg'
import { expect } from 'vitest'

export function isError(code: string, error: unknown): ThalwegError {
  expect(error).toBeInstanceOf(ThalwegError)
  if (!(error instanceof ThalwegError)) throw error
  expect(error.code).toBe(code)
  expect(error.message.split('\n')).toHaveLength(3)
  return error
}

export function throwsError(code: string, act: () => unknown): ThalwegError {
  try {
    act()
  } catch (error) {
    return isError(code, error)
  }
  throw new Error(`nothing was thrown, not ${code}`)
}

export async function rejects(code: string, act: () => Promise<unknown>): Promise<ThalwegError> {
  return act().then(
    () => {
      throw new Error(`nothing was thrown, not ${code}`)
    },
    (error: unknown) => isError(code, error),
  )
}

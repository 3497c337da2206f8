/** What is said of a wasm backend: in its options, and in the environment where they say nothing. Nonsense is refused. */
import { checkBag, checkKnown, ThalwegError } from '../../base/index.ts'
import { setting } from './node.ts'

/** @throws ThalwegError `backend/bad-option`, `backend/unknown-option` with near names */
export function checkOptions(given: object, names: readonly string[]): void {
  checkBag('backend/bad-option', 'wasmBackend', given, names)
  checkKnown('backend/unknown-option', 'wasmBackend', given, names, ELSEWHERE)
}

/** What others call them. */
const ELSEWHERE = { cores: ['threads'], nthreads: ['threads'], strict: ['numerics'], workers: ['threads'] }

/** @throws ThalwegError `backend/bad-option` */
export function checkChoice(option: string, value: unknown, choices: readonly unknown[]): void {
  if (value === undefined || choices.includes(value)) return
  const told = choices.map((choice) => JSON.stringify(choice))
  throw new ThalwegError('backend/bad-option', {
    rule: `wasmBackend: ${option} must be ${told.join(' or ')}`,
    received: String(value),
    try: `give ${option} ${told[0]}, or leave it out`,
  })
}

const YES: readonly string[] = ['1', 'true', 'on', 'yes']
const NO: readonly string[] = ['0', 'false', 'off', 'no']

/**
 * An environment variable that turns something on or off; undefined where it is not set.
 *
 * @throws ThalwegError `backend/bad-switch`
 */
export function switchSetting(name: string): boolean | undefined {
  const text = setting(name)
  if (text === undefined) return undefined
  const word = text.trim().toLowerCase()
  if (YES.includes(word)) return true
  if (NO.includes(word)) return false
  throw new ThalwegError('backend/bad-switch', {
    rule: `${name}: the environment variable must be 1 or 0`,
    received: text,
    try: `${name}=0 turns it off, ${name}=1 on; or leave it unset`,
  })
}

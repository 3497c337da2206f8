/** Checks of what pruners are given. */
import { ThalwegError } from '../../base/index.ts'

export function checkCount(what: string, option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new ThalwegError('tune/bad-option', {
    rule: `${what}: ${option} must be an integer of at least ${least}`,
    received: String(value),
    try: `give ${option}: ${Math.max(least, 1)}, or more`,
  })
}

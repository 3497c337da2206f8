/** Options that were given twice: commander would let the last one win without a word. */
import type { Command } from 'commander'
import { usage } from './errors.ts'

/** Each time for another column. */
const AGAIN: ReadonlySet<string> = new Set(['column'])

/** Watches all options of a command that take a value; a switch that is thrown twice says the same as once. */
export function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if ((!option.required && !option.optional) || AGAIN.has(option.name())) continue
    const given: string[] = []
    command.on(`option:${option.name()}`, (value: string | null) => {
      given.push(value ?? 'alone')
      if (given.length === 1) return
      throw usage('given-twice', {
        rule: `${option.long} may be given once`,
        received: given.join(', then '),
        try: 'leave one of them out',
      })
    })
  }
}

/** Names with options, as they are typed: `he:distribution=uniform,fan=out`, `ema:decay=0.99`. */
import { usage } from '../errors.ts'

export interface NamedOptions {
  readonly name: string
  readonly options: Readonly<Record<string, string | number>>
}

/**
 * Several of them: `flip,shift:pixels=2,fill=0,noise`. What has an equals sign and no colon belongs to the name before it.
 *
 * @throws ThalwegError `usage/bad-value`
 */
export function namedList(text: string, flag: string, example: string): NamedOptions[] {
  const entries: string[] = []
  for (const piece of text.split(',')) {
    const before = entries.at(-1)
    if (before === undefined || !/^[^:=]*=/.test(piece)) entries.push(piece.trim())
    else entries[entries.length - 1] = `${before}${before.includes(':') ? ',' : ':'}${piece}`
  }
  return entries.map((entry) => namedOptions(entry, flag, example))
}

/**
 * @param flag the option, for errors, and an example of its value
 * @throws ThalwegError `usage/bad-value`
 */
export function namedOptions(text: string, flag: string, example: string): NamedOptions {
  // The colon of `caffe:xavier` belongs to the name.
  const [, name = text, list] = text.match(/^((?:caffe:)?[^:]*):?(.*)$/) ?? []
  const rule = `${flag} must be a name, with options after a colon`
  return { name, options: list ? optionsOf(list, { text, flag, rule, example }) : {} }
}

/** What an option must be, for errors, and an example of its value. */
export interface Spelling {
  /** All that was typed. */
  readonly text: string
  readonly flag: string
  readonly rule: string
  readonly example: string
}

/**
 * Options alone: `syncSteps=10,slowShare=0.8`.
 *
 * @throws ThalwegError `usage/bad-value`, also where one is given twice: none of the two would be meant more than the other
 */
export function optionsOf(list: string, { text, flag, rule, example }: Spelling): NamedOptions['options'] {
  const options: Record<string, string | number> = {}
  for (const item of list.split(',')) {
    const [typed = '', value] = item.split('=')
    const option = typed.trim()
    if (option === '' || value === undefined || value.trim() === '') {
      throw usage('bad-value', { rule, received: text === '' ? 'nothing' : text, try: `${flag} ${example}` })
    }
    if (Object.hasOwn(options, option)) {
      throw usage('bad-value', {
        rule: `${flag}: an option may be given once`,
        received: `${option} twice, in ${text}`,
        try: `leave one ${option} out`,
      })
    }
    options[option] = Number.isNaN(Number(value)) ? value.trim() : Number(value)
  }
  return options
}

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
  const options: Record<string, string | number> = {}
  for (const item of list ? list.split(',') : []) {
    const [option = '', value] = item.split('=')
    if (option.trim() === '' || value === undefined || value.trim() === '') {
      throw usage('bad-value', {
        rule: `${flag} must be a name, with options after a colon`,
        received: text,
        try: `${flag} ${example}`,
      })
    }
    options[option.trim()] = Number.isNaN(Number(value)) ? value.trim() : Number(value)
  }
  return { name, options }
}

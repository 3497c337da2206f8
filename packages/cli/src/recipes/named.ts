/** Names with options, as they are typed: `he:distribution=uniform,fan=out`, `ema:decay=0.99`. */
import { usage } from '../errors.ts'

export interface NamedOptions {
  readonly name: string
  readonly options: Readonly<Record<string, string | number>>
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

/** Slow weights that follow the optimizer's, as they are typed: `--lookahead`, or `--lookahead syncSteps=10,slowShare=0.8`. */
import { Option } from 'commander'
import { ThalwegError } from 'thalweg'
import { lookahead, type Optimizer, sgd } from 'thalweg/optim'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { idle } from './idle.ts'
import { type NamedOptions, optionsOf } from './named.ts'

export type LookaheadDescription = NamedOptions['options']

export const lookaheadSchema: z.ZodType<LookaheadDescription> = z.record(z.string(), z.union([z.string(), z.number()]))

const SPELLING = {
  flag: '--lookahead',
  rule: '--lookahead must stand alone, or before its options',
  example: 'syncSteps=5,slowShare=0.5, or --lookahead behind everything else',
}

/** Its options are looked at when they are read: what follows it might be meant as the target. */
export function lookaheadOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string): string => {
    lookaheadOf(text)
    return text
  })
}

/**
 * @param text `true` where the option stands alone
 * @throws ThalwegError `usage/bad-value`, `usage/idle-option`
 */
export function lookaheadOf(text: string | true): LookaheadDescription {
  const options = text === true ? {} : optionsOf(text, { text, ...SPELLING })
  try {
    lookahead(sgd(), options)
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
    throw usage('bad-value', { rule: `--lookahead: ${error.rule}`, received: error.received, try: error.try })
  }
  if (options.slowShare === 1) {
    throw idle('--lookahead', 'slow weights that go all the way and so are the fast ones', '--lookahead slowShare=0.5')
  }
  return options
}

export function lookingAhead(inner: Optimizer, options: LookaheadDescription | undefined): Optimizer {
  return options ? lookahead(inner, options) : inner
}

/** As one would type it; nothing where it stands alone. */
export function lookaheadText(options: LookaheadDescription | undefined): string | undefined {
  if (!options) return undefined
  const given = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  return given.sort().join(',') || 'lookahead'
}

/** Slow weights that follow the optimizer's, as they are typed: `--lookahead`, or `--lookahead syncSteps=10,slowShare=0.8`. */
import { ThalwegError } from 'thalweg'
import { lookahead, type Optimizer, sgd } from 'thalweg/optim'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { type NamedOptions, namedOptions } from './named.ts'

export type LookaheadDescription = NamedOptions['options']

export const lookaheadSchema: z.ZodType<LookaheadDescription> = z.record(z.string(), z.union([z.string(), z.number()]))

/**
 * @param text `true` where the option stands alone
 * @throws ThalwegError `usage/bad-value`
 */
export function lookaheadOf(text: string | true): LookaheadDescription {
  const { options } = namedOptions(`lookahead:${text === true ? '' : text}`, '--lookahead', 'syncSteps=5,slowShare=0.5')
  try {
    lookahead(sgd(), options)
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
    throw usage('bad-value', { rule: `--lookahead: ${error.rule}`, received: error.received, try: error.try })
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

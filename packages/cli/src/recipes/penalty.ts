/** What the size of the weights costs, as it is typed: `l1=1e-5`, `l2=1e-4`, or both, which is an elastic net. */
import { elasticNet, l1, l2, type Penalty } from 'thalweg/optim'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { optionsOf } from './named.ts'

export interface PenaltyDescription {
  readonly l1?: number | undefined
  readonly l2?: number | undefined
}

export const penaltySchema: z.ZodType<PenaltyDescription> = z.object({
  l1: z.number().optional(),
  l2: z.number().optional(),
})

/** @throws ThalwegError `usage/bad-value` */
export function penaltyOf(text: string): PenaltyDescription {
  const rule = '--penalty must be l1 or l2 with a strength of at least 0, or both'
  const example = 'l2=1e-4, or --penalty l1=1e-5,l2=1e-4'
  const entries = Object.entries(optionsOf(text, { text, flag: '--penalty', rule, example }))
  const isGood = entries.every(
    ([name, value]) =>
      (name === 'l1' || name === 'l2') && typeof value === 'number' && Number.isFinite(value) && value >= 0,
  )
  if (isGood) return Object.fromEntries(entries)
  throw usage('bad-value', { rule, received: text, try: `--penalty ${example}` })
}

export function realizePenalty(strengths: PenaltyDescription): Penalty {
  if (strengths.l1 === undefined) return l2(strengths.l2 ?? 0)
  return strengths.l2 === undefined ? l1(strengths.l1) : elasticNet({ l1: strengths.l1, l2: strengths.l2 })
}

/** As one would type it. */
export function penaltyText(penalty: PenaltyDescription | undefined): string | undefined {
  if (!penalty) return undefined
  return Object.entries(penalty)
    .map(([name, strength]) => `${name}=${strength}`)
    .sort()
    .join(',')
}

/**
 * The probability of every kind of dropout, said so that it cannot be taken for its opposite: `rate` is the probability
 * of DROPPING, as in PyTorch and Keras; `keep` that of KEEPING, as in the article and in the paper. One of them is given.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkShare } from '../checks.ts'

export type DropProbability =
  | {
      /** Probability of DROPPING, in [0, 1). Default 0.5. */
      readonly rate?: number
      readonly keep?: never
    }
  | {
      /** Probability of KEEPING, in (0, 1]: the article's p. */
      readonly keep: number
      readonly rate?: never
    }

/** @throws ThalwegError `nn/bad-option` for a probability that is none, and for two of them */
export function probabilityOf(
  layer: string,
  { rate, keep }: DropProbability,
): { readonly rate: number; readonly keep: number } {
  if (keep === undefined) {
    const dropped = rate ?? 0.5
    checkShare(layer, 'rate', dropped, 'give the probability of dropping; what keeps 80% has rate 0.2, or keep 0.8')
    return { rate: dropped, keep: 1 - dropped }
  }
  if (rate !== undefined) {
    throw new ThalwegError('nn/bad-option', {
      rule: `${layer}: the probability must be given once, as rate or as keep`,
      received: `rate ${String(rate)} and keep ${keep}`,
      try: 'leave one of them out; rate is the probability of dropping, keep that of keeping',
    })
  }
  if (!(keep > 0 && keep <= 1)) {
    throw new ThalwegError('nn/bad-option', {
      rule: `${layer}: keep must lie in (0, 1]`,
      received: `keep ${keep}`,
      try: 'give the probability of keeping; what drops 20% has keep 0.8, or rate 0.2',
    })
  }
  return { rate: 1 - keep, keep }
}

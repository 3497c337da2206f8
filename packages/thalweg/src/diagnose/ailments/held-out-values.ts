import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { FAR, type HeldOutFacts, type Stray } from '../held-out.ts'
import { MEND_CELL, MEND_TARGET_CELL, type ToldValue, tellValue } from '../place.ts'
import { short } from '../words.ts'

export const heldOutValues: Ailment = {
  code: 'held-out-values',
  severity: 'warning',
  about:
    'A value of the validation or the test part is no finite number, or lies far beyond everything that training sees. It touches ' +
    'no weight, but all the figures of its part: one cell can turn an R2 of 0.9 into -1e50. Early stopping, the best epoch and ' +
    'a rate that falls on a plateau go by those of the validation part.',
  rule: "a value's distance from the mean of the training part, over the largest such distance there",
  threshold: FAR,
  cause:
    'a typing error, another unit, a number that stands for a missing one, or a part that was not scaled as training was',
  try: 'look at that row, and mend it or leave it out; scale every part with what was fitted to the training part',
  source:
    'the article, section 3 (statistics of the training part, applied to all parts); Huber and Ronchetti, Robust statistics, 2009',
  when: 'before',
  examine({ data: { heldOut }, settings }) {
    const found = heldOut.flatMap((facts) => {
      const dataset = facts.part === 'test' ? settings.test : settings.valid
      const told = facts.worst && tellValue(dataset ?? {}, facts.worst, facts.part)
      return facts.worst && told ? [{ facts, worst: facts.worst, told }] : []
    })
    if (found.length === 0) return []
    const message = found.map(({ facts, worst, told }) => sentence(facts, worst, told)).join('; ')
    const furthest = Math.max(...found.map(({ worst }) => worst.times))
    const evidence = Number.isFinite(furthest) ? { measured: furthest } : spoilt(found.map(({ facts }) => facts))
    const isOfTable = found.every(({ told }) => told.isCell)
    return [{ message, ...evidence, ...(isOfTable && mendOf(found.map(({ worst }) => worst))) }]
  },
}

/** Parts of a table are scaled alike when it is prepared. */
function mendOf(strays: readonly Stray[]): Pick<Sign, 'cause' | 'try'> {
  const cause = 'a typing error, another unit, or a number that stands for a missing one'
  return { cause, try: strays.some(({ at }) => at.part === 'input') ? MEND_CELL : MEND_TARGET_CELL }
}

function spoilt(parts: readonly HeldOutFacts[]): Pick<Sign, 'measured' | 'threshold' | 'rule'> {
  const measured = parts.reduce((sum, { bad }) => sum + bad, 0)
  return { measured, threshold: 0, rule: 'values of the validation and test parts that are no finite numbers' }
}

function sentence({ examples, far, bad }: HeldOutFacts, { value, times }: Stray, { words }: ToldValue): string {
  const what = Number.isFinite(value)
    ? `${words}, ${short(times)} times as far from the training mean as anything in training`
    : words
  const others = far + bad - 1
  return others === 0
    ? what
    : `${what}, and ${others} more in ${examples} examples ${others === 1 ? 'is' : 'are'} like it`
}

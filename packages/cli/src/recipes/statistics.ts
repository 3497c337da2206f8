/** What batch norm normalizes by at test time, by the names that the command line has for it. */
import type { StatisticsChoice } from 'thalweg/train'
import { usage } from '../errors.ts'

export type StatisticsName = 'moving' | 'population' | 'exact'

/** The population formula is the article's. */
const kinds: Readonly<Record<StatisticsName, StatisticsChoice>> = {
  moving: 'moving',
  population: 'article',
  exact: 'exact',
}

export const statisticsNames: readonly string[] = Object.keys(kinds)

/** @throws ThalwegError `usage/bad-value` */
export function statisticsName(text: string): StatisticsName {
  if (isStatisticsName(text)) return text
  throw usage('bad-value', {
    rule: `--batch-norm must be ${statisticsNames.join(', ')}, or stand alone`,
    received: text === '' ? 'nothing' : text,
    try: `--batch-norm exact, or --batch-norm after ${text}`,
  })
}

export function statisticsChoice(name: StatisticsName): StatisticsChoice {
  return kinds[name]
}

function isStatisticsName(text: string): text is StatisticsName {
  return Object.hasOwn(kinds, text)
}

/** What batch norm normalizes by at test time, by the library's names. */
import { Option } from 'commander'
import { suggest } from 'thalweg/base'
import type { StatisticsChoice } from 'thalweg/train'
import { usage } from '../errors.ts'

export const statisticsNames: readonly StatisticsChoice[] = ['moving', 'article', 'exact']

/** An option that takes one of them. */
export function statisticsOption(flags: string, description: string): Option {
  return new Option(flags, `${description}: ${statisticsNames.join(', ')}`).argParser(statisticsName)
}

/** @throws ThalwegError `usage/bad-value` with near names */
function statisticsName(text: string): StatisticsChoice {
  const found = statisticsNames.find((name) => name === text)
  if (found) return found
  throw usage('bad-value', {
    rule: `--batch-norm must name statistics: ${statisticsNames.join(', ')}`,
    received: text === '' ? 'nothing' : text,
    // What the literature calls the formula; here the exact ones are the population's, too.
    try: text === 'population' ? '--batch-norm article, or exact' : suggest(text, statisticsNames, 'statistics'),
  })
}

import type { Ailment } from '../ailment.ts'
import { tellValue } from '../place.ts'

export const nonFiniteData: Ailment = {
  code: 'non-finite-data',
  severity: 'error',
  about:
    'Inputs or targets hold NaN or infinity. One such value makes the loss of its batch NaN, and with the next update ' +
    'every weight.',
  rule: 'values that are no finite numbers, in the examples that were looked at',
  threshold: 0,
  cause: 'missing cells, a division by 0, or a file that was read in the wrong format',
  try: 'fill in or leave out what is missing: thalweg/data preprocesses tables so that it cannot happen',
  source: 'IEEE 754; the article, section 3',
  when: 'before',
  examine({ data: { badValues, examples }, settings: { train } }) {
    const { count, first } = badValues
    if (!first) return []
    const { part, index, example, value } = first
    const column = part === 'input' ? train.columns?.[index] : undefined
    const name = column === undefined ? `${part} ${index}` : `column '${column}'`
    const { words } = tellValue(train, { example, at: { part, index }, name, value })
    const values = count === 1 ? 'one value' : `${count} values`
    const message = `${values} in ${examples} examples ${count === 1 ? 'is no finite number' : 'are no finite numbers'}: ${words}`
    return [{ measured: count, message }]
  },
}

import type { Ailment } from '../ailment.ts'

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
  examine({ data: { badValues, examples } }) {
    const { count, first } = badValues
    if (!first) return []
    const place = `${first.part} ${first.index} of example ${first.example} is ${first.value}`
    return [{ measured: count, message: `${count} values in ${examples} examples are no finite numbers: ${place}` }]
  },
}

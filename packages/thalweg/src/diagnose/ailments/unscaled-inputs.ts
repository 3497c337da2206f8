import type { Ailment } from '../ailment.ts'
import { isNorm } from '../chart.ts'
import { scaledInputs } from '../patches.ts'
import { short } from '../words.ts'

/** Standardized inputs have 1; pixels from 0 to 255 some 90. */
const HIGH = 10
/** So small that first weights of the usual size make nothing of them. */
const LOW = 0.01

export const unscaledInputs: Ailment = {
  code: 'unscaled-inputs',
  severity: 'warning',
  about:
    'Inputs are of another size than 1. First weights and learning rates are made for inputs around 0 with a deviation ' +
    'around 1: larger ones saturate sigmoid and tanh units at once and make steps of all others too large.',
  rule: 'root mean square of the inputs',
  threshold: HIGH,
  cause: 'inputs are fed as they were read: pixels from 0 to 255, or columns in their own units',
  try: 'divide pixels by 255, standardize columns; both fitted on the training part alone',
  source: 'the article, section 3; LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998, section 4.3',
  follows: ['input-outlier'],
  when: 'before',
  examine({ data: { rootMeanSquare: measured, largest }, anatomy: { layers } }) {
    const [first] = layers.filter(({ kind }) => kind !== 'flatten')
    // Indices are no quantities, and a norm in front scales by itself.
    if (!first || first.kind === 'embedding' || isNorm(first.kind) || first.kind === 'lambda') return []
    if (measured <= HIGH && measured >= LOW) return []
    const threshold = measured > HIGH ? HIGH : LOW
    const message = `the inputs have a root mean square of ${short(measured)}, the largest is ${short(largest)}`
    return [{ measured, threshold, message, patches: [scaledInputs] }]
  },
}

import type { Ailment } from '../ailment.ts'
import { above, aboveWhat } from '../chart.ts'
import { percent, short } from '../words.ts'

/** Share of the training loss; from the third epoch on, the mean over an epoch lags behind by little. */
const RATIO = 0.5
const EPOCHS = 5
/** Below this both are as good as the least there is, and their ratio says nothing. */
const LEAST = 0.2
/** What makes the training loss higher than that of the same network at test time. */
const HINDRANCES: ReadonlySet<string> = new Set([
  'batchNorm',
  'dropout',
  'spatialDropout',
  'alphaDropout',
  'gaussianDropout',
  'gaussianNoise',
  'dropPath',
])

export const validationTooGood: Ailment = {
  code: 'validation-too-good',
  severity: 'warning',
  about:
    'The network does much better on the validation examples than on those it is trained on, though nothing hinders it ' +
    'in training. Such a score is most likely no measure: the parts are not of one kind, or the answer leaked into the ' +
    'inputs.',
  rule: 'validation loss over training loss, above the least there is, in each of the last 5 epochs',
  threshold: RATIO,
  cause: 'a validation part that is easier, or not split at random, or that holds training examples',
  try: 'split at random, groups of one origin together; look for duplicates (thalweg check)',
  source: 'Kaufman, Rosset, Perlich, Leakage in data mining, KDD 2011',
  when: 'epoch',
  examine(chart) {
    const { epochs, anatomy, blindLoss, settings } = chart
    const last = epochs.slice(-EPOCHS)
    if (epochs.length < EPOCHS + 1 || settings.penalty || blindLoss === undefined) return []
    if (anatomy.layers.some(({ kind }) => HINDRANCES.has(kind))) return []
    const ratios = last.map(
      ({ trainLoss, validLoss = Number.NaN }) => above(chart, validLoss) / above(chart, trainLoss),
    )
    const measured = Math.max(...ratios)
    const { trainLoss, validLoss = Number.NaN } = last[last.length - 1]
    if (!(measured < RATIO) || above(chart, trainLoss) < LEAST * above(chart, blindLoss)) return []
    const message = `the validation loss is ${short(validLoss)}, ${percent(measured)} of the training loss${aboveWhat(chart)} at most for ${EPOCHS} epochs`
    return [{ measured, message }]
  },
}

import type { Ailment } from '../ailment.ts'
import type { Chart } from '../chart.ts'
import { percent, short } from '../words.ts'

/** How much higher than its best the validation loss is. */
const RISE = 1.3
/** Epochs that it has been above its best. */
const EPOCHS = 3
/** A rising loss alone is told and no more: accuracy often stands still while confidence grows. */
const SCORE = 0.03
const GAP = 0.1
const WIDE_GAP = 0.3

export const overfitting: Ailment = {
  code: 'overfitting',
  severity: 'warning',
  about:
    'The network gets better on the examples it is trained on and worse on others: it learns them by heart. The best ' +
    'epoch is behind.',
  rule: 'validation loss over its best, while the training loss falls on',
  threshold: RISE,
  cause: 'a large network and few examples, and nothing that holds it back',
  try: 'early stopping, dropout, weight decay, augmentation, or more examples',
  source: 'the article, sections 7.7 and 8; Prechelt, Early stopping - but when?, 1998',
  when: 'epoch',
  examine({ epochs, settings, blindLoss = Number.POSITIVE_INFINITY }) {
    const last = epochs[epochs.length - 1]
    if (last?.validLoss === undefined) return []
    const best = epochs.reduce((best, one) => ((one.validLoss ?? 0) < (best.validLoss ?? 0) ? one : best))
    const measured = last.validLoss / (best.validLoss ?? Number.NaN)
    const since = epochs
      .slice(-EPOCHS)
      .every(({ epoch, validLoss = 0 }) => epoch > best.epoch && validLoss > (best.validLoss ?? 0))
    if (!(measured > RISE) || epochs.length <= EPOCHS || !since || !(last.trainLoss < best.trainLoss)) return []
    const isHarmful =
      (scoreLost(best, last) > SCORE && scoreGap(last, blindLoss) > GAP) || scoreGap(last, blindLoss) > WIDE_GAP
    const handled = settings.earlyStopping !== undefined
    const message = `the validation loss was best after epoch ${best.epoch} (${short(best.validLoss ?? 0)}) and is ${percent(measured - 1)} higher now, while the training loss fell to ${short(last.trainLoss)}`
    return [{ measured, message, severity: isHarmful && !handled ? ('warning' as const) : ('info' as const) }]
  },
}

type Epoch = Chart['epochs'][number]

function scoreLost(best: Epoch, last: Epoch): number {
  if (last.validAccuracy !== undefined) return (best.validAccuracy ?? 0) - last.validAccuracy
  return (best.validR2 ?? 0) - (last.validR2 ?? 0)
}

/** Accuracy on the training examples over that on others; shares of what there is to know for numbers. */
function scoreGap({ trainAccuracy, validAccuracy, trainLoss, validLoss = 0 }: Epoch, blindLoss: number): number {
  if (trainAccuracy !== undefined && validAccuracy !== undefined) return trainAccuracy - validAccuracy
  return (validLoss - trainLoss) / blindLoss
}

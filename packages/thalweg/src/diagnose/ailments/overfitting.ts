import { restoresBest } from '../../train/final.ts'
import type { Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import { above, type Chart, learned, progress } from '../chart.ts'
import { isValidationSpoilt } from '../held-out.ts'
import { percent, short } from '../words.ts'

/** How much higher than its best the validation loss is. */
const RISE = 1.3
/** Epochs that it has been above its best. */
const EPOCHS = 3
/** By how much of the loss of a constant answer it has risen: next to nothing may double and is still next to nothing. */
const HARM = 0.15
/** And by how many deviations of the curve from one epoch to the next. */
const SCATTER = 4
/** A rising loss alone is told and no more: accuracy often stands still while confidence grows. */
const SCORE = 0.1
const GAP = 0.25
const WIDE_GAP = 0.4
/** A gap as wide as this, late in the run, is learning by heart whether or not the loss on others has risen. */
const BY_HEART = 0.33
const LATE = 0.4
/** Who has learned less than this share of the loss knows nothing by heart either. */
const KNOWS = 0.4
/** Share of the loss of a constant answer that is as good as none. */
const SURE = 0.05
/** Before, the running statistics of batch norms lag behind, and with them what is said of others. */
const STEPS = 100
/** Fewer validation examples are easy or hard by chance. */
const EXAMPLES = 8

export const overfitting: Ailment = {
  code: 'overfitting',
  severity: 'warning',
  about:
    'The network gets better on the examples it is trained on and worse on others: it learns them by heart. The best ' +
    'epoch is behind.',
  rule: 'validation loss over its best, above the least there is, in each of the last 3 epochs, while the training loss falls on',
  threshold: RISE,
  cause: 'a large network and few examples, and nothing that holds it back',
  try: 'early stopping, dropout, weight decay, augmentation, or more examples',
  source: 'the article, sections 7.7 and 8; Prechelt, Early stopping - but when?, 1998',
  unless: ['no-signal', 'underfitting'],
  when: 'epoch',
  examine(chart) {
    const { epochs, settings, blindLoss, losses, data } = chart
    const last = epochs[epochs.length - 1]
    if (isValidationSpoilt(data.heldOut) || (settings.valid?.size ?? 0) < EXAMPLES) return []
    // Who goes back to the best epoch by itself need not be told.
    if (last?.validLoss === undefined || isHandled(settings) || learned(chart) < KNOWS) return []
    const byHeart = learnedByHeart(chart)
    if (byHeart) return [byHeart]
    const best = epochs.reduce((best, one) => ((one.validLoss ?? 0) < (best.validLoss ?? 0) ? one : best))
    const { validLoss: lowest = Number.NaN } = best
    const lately = epochs.slice(-EPOCHS)
    // A single epoch may be bad by chance: the least of the last ones has to be high.
    const fairest = lately.reduce((least, one) => ((one.validLoss ?? 0) < (least.validLoss ?? 0) ? one : least))
    const now = fairest.validLoss ?? Number.NaN
    const measured = above(chart, now) / above(chart, lowest)
    const since = lately.every(({ epoch }) => epoch > best.epoch)
    if (!(measured > RISE) || epochs.length <= EPOCHS || !since || !(last.trainLoss < best.trainLoss)) return []
    const scale = above(chart, blindLoss ?? losses.first)
    if (now - lowest < Math.max(HARM * scale, SCATTER * scatterOf(epochs))) return []
    const gap = scoreGap(fairest, blindLoss ?? Number.POSITIVE_INFINITY)
    const isHarmful = (scoreLost(best, fairest) > SCORE && gap > GAP) || gap > WIDE_GAP
    const message = `the validation loss was best after epoch ${best.epoch} (${short(lowest)}) and has been at ${short(now)} or above for ${EPOCHS} epochs, while the training loss fell to ${short(last.trainLoss)}`
    return [{ measured, message, severity: isHarmful ? ('warning' as const) : ('info' as const) }]
  },
}

/** The run ends with the weights of the epoch that did best on others. */
function isHandled(settings: Chart['settings']): boolean {
  return restoresBest(settings) && !settings.monitor.name.startsWith('train')
}

/**
 * Deviation of a validation loss around its course, in nats or squared units: from the median step between epochs, which one
 * bad epoch does not move (1.48 medians of a normal variable are a deviation, and a step has two of them).
 */
function scatterOf(epochs: readonly Epoch[]): number {
  const steps = epochs
    .slice(1)
    .map(({ validLoss = Number.NaN }, at) => Math.abs(validLoss - (epochs[at].validLoss ?? Number.NaN)))
    .sort((a, b) => a - b)
  return (1.4826 * steps[Math.floor(steps.length / 2)]) / Math.SQRT2
}

/** What it scores on its own examples beyond what it scores on others, in the least of the last epochs. */
function learnedByHeart(chart: Chart): Sign | undefined {
  const { epochs, blindLoss, losses } = chart
  if (blindLoss === undefined || epochs.length <= EPOCHS || progress(chart) < LATE) return undefined
  if (losses.values.length < STEPS) return undefined
  const lately = epochs.slice(-EPOCHS)
  const gaps = lately.map((epoch) => scoreGap(epoch, blindLoss))
  const measured = Math.min(...gaps)
  // Sure of every answer, and on others surer than it can afford: worse than who knows nothing.
  const isSure = lately.every(
    ({ trainLoss, validLoss = 0 }) => above(chart, trainLoss) < SURE * above(chart, blindLoss) && validLoss > blindLoss,
  )
  if (!(measured > BY_HEART || (isSure && measured > 0))) return undefined
  return {
    measured,
    rule: 'score on the training examples over that on others, for 3 epochs: accuracy, or share of the loss of a constant answer',
    threshold: BY_HEART,
    message: `for ${EPOCHS} epochs the network has known its own examples better than others: ${scores(lately[gaps.indexOf(measured)], blindLoss)} where they are closest`,
  }
}

function scores({ trainAccuracy, validAccuracy, trainLoss, validLoss = 0 }: Epoch, blindLoss: number): string {
  return trainAccuracy !== undefined && validAccuracy !== undefined
    ? `an accuracy of ${percent(trainAccuracy)} and of ${percent(validAccuracy)}`
    : `a loss of ${short(trainLoss)} and of ${short(validLoss)} (a constant answer has ${short(blindLoss)})`
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

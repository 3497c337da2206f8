import type { Patch, Sign } from '../../train/index.ts'
import type { Ailment } from '../ailment.ts'
import {
  above,
  aboveWhat,
  type Chart,
  FORETOLD,
  known,
  knownAtBest,
  learned,
  progress,
  updateRatio,
  wayOf,
} from '../chart.ts'
import { adaptive, faster, lessMomentum, muchFaster } from '../patches.ts'
import { OBSTACLES, OVERSHOT, SHRUNK, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** By how much of their size weights have to move in a whole run to become anything else. */
const MOVEMENT = 0.05
/** By how much an update moves weights where all is well, relative to their size. */
const USUAL = 3e-3
/** Who has learned so much has moved far enough. */
const LEARNED = 0.5
const READINGS = 4
const PROGRESS = 0.2
/** How steep the last third of the curve is, of the middle one, where the fall has not slowed. */
const STEEPNESS = 0.6
const LATE = 0.8
/** A curve that still falls is only told of where so much is known already: the run could go on, and need not. */
const KNOWN = 0.25
const STEPS = 60
/**
 * All updates together, relative to the size of the weights. Of 444 trainings at usual rates, half of them with wrong targets, those
 * that knew little in the end had come to 0.34 and more; at a thirtieth of the rate they came to 0.2 and less.
 */
const WAY = 0.15
/** By how much the loss still falls from the second to the last third of a run that came no further. */
const FALL = 0.01
const ENOUGH = 0.6

/** Updates below this share of the weights are small, where much is left to learn: 1e-3 is what CS231n expects. */
const SMALL = 1e-3
/** By how much the loss has to fall still, in the end of such a run. */
const STILL = 0.05

export const rateTooLow: Ailment = {
  code: 'rate-too-low',
  severity: 'warning',
  about:
    'Updates are so small that the weights hardly leave where they began: at this pace the run ends before it has ' +
    'learned much. The loss falls, slowly and steadily, and would go on falling.',
  rule: 'how far the updates of the whole run could move the weights, relative to their size',
  threshold: MOVEMENT,
  cause: 'the learning rate is too low',
  try: 'a learning rate ten times as high; thalweg range finds one',
  source:
    'the article, section 6: the cost barely falls; CS231n, neural networks part 3 (updates of about 1e-3 of the weights)',
  // Units that are switched off or driven to their ends stand still at any rate, and where there is nothing to learn none is too low.
  unless: [...OVERSHOT, 'dead-relu', 'saturated-activation', 'no-signal'],
  follows: [...SIZES, ...SHRUNK, ...OBSTACLES],
  when: ['loss', 'epoch'],
  examine(chart) {
    const { readings, totalSteps } = chart
    if (readings.length < READINGS || progress(chart) < PROGRESS) return []
    // The largest, for rates that rise first.
    const largest = Math.max(...readings.map(updateRatio))
    const measured = largest * totalSteps
    const patches = [...lessMomentum(chart.settings), ...usual(largest), faster, muchFaster, adaptive]
    // Where nothing moves at all, no gradient comes through: that is not the rate's doing.
    if (measured === 0) return []
    if (learned(chart) > LEARNED) return more(chart, largest).map((sign) => ({ ...sign, patches }))
    if (measured < MOVEMENT) {
      const message = `an update moves the weights by ${short(largest)} of their size, ${totalSteps} of them by ${percent(measured)} at most; ${percent(Math.max(0, learned(chart)))} of the loss${aboveWhat(chart)} is gone`
      return [{ measured, message, patches }]
    }
    const [sign] = [...shortWay(chart), ...stillFalling(chart), ...more(chart, largest)]
    return sign ? [{ ...sign, patches }] : []
  },
}

/** Late in the run all updates together are little beside the weights, and much of what there is to know is not known. */
function shortWay(chart: Chart): Sign[] {
  const { losses, position } = chart
  const measured = wayOf(chart)
  if (progress(chart) < LATE || losses.values.length < STEPS || measured === undefined) return []
  const [, middle, last] = losses.stretches(3)
  if (!(measured < WAY && known(chart) < ENOUGH && middle - last > FALL * above(chart, middle))) return []
  return [
    {
      measured,
      rule: 'all updates of the run so far together, relative to the size of the weights, where the loss still falls',
      threshold: WAY,
      message: `all ${position.step} updates together come to ${percent(measured)} of the weights' size; the loss still falls, from ${short(middle)} in the second third of the run to ${short(last)} in the last`,
    },
  ]
}

/** The run is over with small updates, its loss still falls, and a quick look without any training knows clearly more. */
function more(chart: Chart, largest: number): Sign[] {
  const { losses, isOver, blindLoss, knowable } = chart
  if (!isOver || blindLoss === undefined || losses.values.length < STEPS || !(largest < SMALL)) return []
  const [, middle, last] = losses.stretches(3)
  if (!(middle - last > STILL * above(chart, middle))) return []
  const { examples = 0, share = 0 } = knowable() ?? {}
  const known = knownAtBest(chart, blindLoss)
  if (!(known < share * FORETOLD)) return []
  return [
    {
      measured: largest,
      rule: 'largest size of an update, relative to the weights, of a run that ends with much left to learn and a loss that still falls',
      threshold: SMALL,
      message: `the loss still falls as the run ends, from ${short(middle)} in its second third to ${short(last)} in its last, and an update moves the weights by ${short(largest)} of their size at most; ${percent(Math.max(0, known))} is learned, where a kernel regression foretells ${percent(share)} of ${examples} examples from the others`,
    },
  ]
}

/** Rates at which an update moves the weights by about as much as is usual: the powers of ten around it. */
function usual(ratio: number): Patch[] {
  const power = Math.log10(USUAL / ratio)
  // One and two powers are tried anyway.
  if (!(power > 2)) return []
  const powers = [...new Set([Math.ceil(power), Math.floor(power)])].filter((each) => each > 2)
  return powers.map((each) => ({ kind: 'learning-rate', factor: 10 ** each }))
}

/** Late in the run the curve falls as steeply as ever, and has not come far. */
function stillFalling(chart: Chart): Sign[] {
  const { losses } = chart
  if (progress(chart) < LATE || losses.values.length < STEPS) return []
  const [first, middle, last] = losses.stretches(3)
  const measured = (middle - last) / (first - middle)
  if (!(first - middle > 0.02 * above(chart, first) && measured > STEEPNESS)) return []
  return [
    {
      measured,
      severity: known(chart) < KNOWN ? ('warning' as const) : ('info' as const),
      rule: 'fall of the loss from the second to the last third of the run, over that from the first to the second',
      threshold: STEEPNESS,
      message: `the loss falls from ${short(first)} over ${short(middle)} to ${short(last)}, as steeply in the end as before: the run stops on its way`,
    },
  ]
}

import type { Ailment } from '../ailment.ts'
import { above, aboveWhat, learned, progress } from '../chart.ts'
import { slower } from '../patches.ts'
import { OBSTACLES, OVERSHOT, SIZES } from '../roots.ts'
import { percent, short } from '../words.ts'

/** Of the loss at the beginning. */
const FALL = 0.005
const STEPS = 200

export const plateau: Ailment = {
  code: 'plateau',
  severity: 'info',
  about:
    'The loss has stopped falling long before the end, and not near 0: more steps like these change nothing. It may be ' +
    'all that these inputs say, or a smaller rate may take it further.',
  rule: 'fall of the loss over the last half of the steps, as a share of where it began, above the least there is',
  threshold: FALL,
  cause: 'the learning rate is too high to go further down, or the network has learned what it can',
  try: 'a schedule that lowers the rate (cosine, reduceOnPlateau), or end the run here (early stopping)',
  source: 'the article, section 6 and 7.7; He et al., CVPR 2016 (rates divided when the error plateaus)',
  unless: ['no-signal'],
  follows: [...SIZES, ...OVERSHOT, ...OBSTACLES],
  when: 'reading',
  examine(chart) {
    const { losses } = chart
    const gone = learned(chart)
    if (losses.values.length < STEPS || progress(chart) < 0.5 || gone < 0.05 || gone > 0.8) return []
    const [before, between, after] = losses.stretches(3, 0.5)
    const measured = (before - Math.min(between, after)) / above(chart, losses.first)
    if (!(measured < FALL)) return []
    const message = `over the last half of the steps the loss fell by ${percent(Math.max(0, measured))} of where it began${aboveWhat(chart)}; it stands at ${short(after)}`
    // A rate that falls by itself has had its chance.
    if (chart.settings.schedule === undefined) return [{ measured, message, patches: [slower] }]
    const cause =
      'the network has learned what it can of these inputs: the schedule lowers the rate, and that brings nothing'
    return [
      {
        measured,
        message,
        cause,
        try: 'end the run here (early stopping); a wider network, or more to go by in the inputs',
      },
    ]
  },
}

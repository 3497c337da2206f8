import type { Ailment } from '../ailment.ts'
import { latest } from '../chart.ts'
import { adaptive, slower } from '../patches.ts'
import { SHUT } from '../roots.ts'
import { percent } from '../words.ts'

const SHARE = 0.5
/** Of the layer's largest deviation: below it a channel says the same whatever it is shown. */
const NEXT_TO_NOTHING = 1e-3
const READINGS = 3

export const deadChannel: Ailment = {
  code: 'dead-channel',
  severity: 'warning',
  about:
    'Channels of a batch norm give the same value for every example: their gamma went to 0, or what they are given does ' +
    'not vary. The layers behind get nothing from them.',
  rule: 'share of channels whose deviation is below a thousandth of the largest, in 3 readings in a row',
  threshold: SHARE,
  cause: 'weight decay on gamma, dead units before the layer, or batches of a single example',
  try: 'leave gamma out of weight decay, lower the learning rate, or larger batches',
  source: 'Mehta, Kim, Theobalt, CVPR 2019 (implicit filter sparsity); Ioffe and Szegedy, ICML 2015, section 3',
  unless: SHUT,
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings) return []
    return readings[0].layers
      .flatMap(({ path, kind }, index) => {
        if (kind !== 'batchNorm') return []
        const shares = readings.map(({ layers }) => deadShare(layers[index].units ?? new Float32Array(0)))
        return { path, measured: Math.min(...shares) }
      })
      .filter(({ measured }) => measured > SHARE)
      .sort((a, b) => b.measured - a.measured)
      .map(({ path, measured }) => ({
        measured,
        layer: path,
        message: `${percent(measured)} of the channels of ${path} give the same value for every example`,
        patches: [slower, adaptive],
      }))
  },
}

function deadShare(deviations: Float32Array): number {
  if (deviations.length === 0) return 0
  let [largest, dead] = [1e-6, 0]
  for (const deviation of deviations) if (deviation > largest) largest = deviation
  for (const deviation of deviations) if (deviation < NEXT_TO_NOTHING * largest) dead++
  return dead / deviations.length
}

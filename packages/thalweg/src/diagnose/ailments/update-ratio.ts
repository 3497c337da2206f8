import type { Ailment } from '../ailment.ts'
import { latest } from '../chart.ts'
import { faster, slower } from '../patches.ts'
import { SHUT } from '../roots.ts'
import { short } from '../words.ts'

/** A thousandth is usual; two orders of magnitude to either side are strange. */
const HIGH = 0.1
const LOW = 1e-6
const READINGS = 3
const STEPS = 12

export const updateRatioOutOfRange: Ailment = {
  code: 'update-ratio',
  severity: 'info',
  about:
    'The updates of one layer are very large or very small beside its weights, in a run that need not be ill as a whole. ' +
    'Such a layer is rewritten every few steps, or stands still.',
  rule: 'size of the update over the size of the weights (root mean squares), in 3 readings in a row',
  threshold: HIGH,
  cause: 'first weights of another size than in the other layers, or a rate that does not suit this one',
  try: 'look at the first weights of the layer; a group with a rate of its own',
  source: 'CS231n, neural networks part 3 (ratio of updates to weights, about 1e-3)',
  unless: SHUT,
  when: 'reading',
  examine(chart) {
    const readings = latest(chart, READINGS)
    if (!readings || readings[0].step < STEPS) return []
    return readings[0].parameters.flatMap(({ path, layer, isWeight }, index) => {
      if (!isWeight) return []
      const ratios = readings.map(({ parameters: { [index]: seen } }) => seen.update / seen.values)
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
      if (least > HIGH) return [{ measured: least, layer, message: saying(path, least), patches: [slower] }]
      if (most < LOW) return [{ measured: most, layer, threshold: LOW, message: saying(path, most), patches: [faster] }]
      return []
    })
  },
}

function saying(path: string, ratio: number): string {
  return `an update moves ${path} by ${short(ratio)} of its size`
}

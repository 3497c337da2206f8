/** The curves of a run as charts: loss, accuracy or R2, and the learning rate where it changed. */
import type { LineChart } from '../plot/line-chart.ts'
import type { Mark, Place } from '../plot/marks.ts'
import { loss, percent } from '../terminal/format.ts'
import type { EpochFigures } from './metrics.ts'

/** From this ratio of the largest loss to the smallest on, only a logarithm shows both. */
const WIDE = 30

export function curvesOf(epochs: readonly EpochFigures[], name: string): readonly LineChart[] {
  const along = (figure: (epoch: EpochFigures) => number | undefined): readonly Place[] =>
    epochs.flatMap((one): Place[] => {
      const value = figure(one)
      return value === undefined ? [] : [[one.epoch, value]]
    })
  const x = { label: 'epoch', isWhole: true }
  const [trainLoss, validLoss] = [along((one) => one.trainLoss), along((one) => one.validLoss)]
  const losses = [...trainLoss, ...validLoss].map(([, value]) => value).filter((value) => Number.isFinite(value))
  const [low, high] = [Math.min(...losses), Math.max(...losses)]
  const charts: LineChart[] = [
    {
      title: `Loss of ${name}`,
      x,
      y: { label: 'loss', kind: low > 0 && high > WIDE * low ? 'log' : 'linear' },
      series: pair(trainLoss, validLoss),
      ...best(validLoss, (a, b) => a < b, loss),
    },
  ]
  const accuracy = pair(
    along((one) => one.trainAccuracy),
    along((one) => one.validAccuracy),
  )
  if (accuracy.length > 0) {
    const y = { label: 'accuracy', format: (share: number) => `${Number((share * 100).toPrecision(4))}%` }
    const top = best(
      along((one) => one.validAccuracy),
      (a, b) => a > b,
      percent,
    )
    charts.push({ title: 'Accuracy', x, y, series: accuracy, ...top })
  }
  const r2 = along((one) => one.validR2)
  if (r2.length > 0) {
    const top = best(
      r2,
      (a, b) => a > b,
      (value) => value.toFixed(4),
    )
    charts.push({ title: 'R2', x, y: { label: 'R2' }, series: [{ name: 'validation', points: r2, colour: 1 }], ...top })
  }
  const rates = along((one) => one.learningRate)
  if (new Set(rates.map(([, rate]) => rate)).size > 1) {
    const series = [{ name: 'rate', points: rates, colour: 6 }]
    charts.push({ title: 'Learning rate', x, y: { label: 'at the end of the epoch' }, series })
  }
  return charts
}

function pair(train: readonly Place[], valid: readonly Place[]): LineChart['series'] {
  return [
    { name: 'training', points: train, colour: 0 },
    { name: 'validation', points: valid, colour: 1 },
  ].filter(({ points }) => points.length > 0)
}

/** Points out the best epoch, the first of equals; in words above the chart, where no line runs through them. */
function best(
  points: readonly Place[],
  isBetter: (a: number, b: number) => boolean,
  format: (value: number) => string,
): { readonly subtitle?: string; readonly marks?: readonly Mark[] } {
  const numbers = points.filter(([, value]) => Number.isFinite(value))
  if (numbers.length === 0) return {}
  const at = numbers.reduce((top, one) => (isBetter(one[1], top[1]) ? one : top))
  const subtitle = `best validation: ${format(at[1])} after epoch ${at[0]}`
  return { subtitle, marks: [{ kind: 'dot', at, colour: 1 }] }
}

/**
 * The curves of a run as charts: loss, accuracy or R2, and the learning rate where it changed. Of several runs, what they
 * have in common, with a line for each.
 */
import type { LineChart } from '../plot/line-chart.ts'
import type { Mark, Place } from '../plot/marks.ts'
import type { AxisOptions } from '../plot/scale.ts'
import { loss, percent } from '../terminal/format.ts'
import type { EpochFigures } from './metrics.ts'

/** From this ratio of the largest loss to the smallest on, only a logarithm shows both. */
const WIDE = 30

const x = { label: 'epoch', isWhole: true } as const
const accuracyAxis = { label: 'accuracy', format: (share: number) => `${Number((share * 100).toPrecision(4))}%` }

export interface NamedCurves {
  readonly name: string
  readonly epochs: readonly EpochFigures[]
}

export function curvesOf({ epochs, name }: NamedCurves): readonly LineChart[] {
  const along = (figure: Figure): readonly Place[] => placesOf(epochs, figure)
  const [trainLoss, validLoss] = [along((one) => one.trainLoss), along((one) => one.validLoss)]
  const charts: LineChart[] = [
    {
      title: `Loss of ${name}`,
      x,
      y: lossAxis([...trainLoss, ...validLoss]),
      series: pair(trainLoss, validLoss),
      ...best(validLoss, (a, b) => a < b, loss),
    },
  ]
  const accuracy = pair(
    along((one) => one.trainAccuracy),
    along((one) => one.validAccuracy),
  )
  if (accuracy.length > 0) {
    const top = best(
      along((one) => one.validAccuracy),
      (a, b) => a > b,
      percent,
    )
    charts.push({ title: 'Accuracy', x, y: accuracyAxis, series: accuracy, ...top })
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

/** Only figures that some of the runs have; a line ends where its loss was no number any more. */
export function comparedCurves(runs: readonly NamedCurves[]): readonly LineChart[] {
  const charts: LineChart[] = []
  const compare = (title: string, figure: Figure, axis: (places: readonly Place[]) => AxisOptions): void => {
    const series = runs.map(({ name, epochs }, colour) => ({ name, points: placesOf(epochs, figure), colour }))
    const places = series.flatMap(({ points }) => points)
    if (places.length > 0) charts.push({ title, x, y: axis(places), series })
  }
  compare('Training loss', (one) => one.trainLoss, lossAxis)
  compare('Validation loss', (one) => one.validLoss, lossAxis)
  compare(
    'Validation accuracy',
    (one) => one.validAccuracy,
    () => accuracyAxis,
  )
  compare(
    'Validation R2',
    (one) => one.validR2,
    () => ({ label: 'R2' }),
  )
  return charts
}

type Figure = (epoch: EpochFigures) => number | undefined

function placesOf(epochs: readonly EpochFigures[], figure: Figure): readonly Place[] {
  return epochs.flatMap((one): Place[] => {
    const value = figure(one)
    return value === undefined ? [] : [[one.epoch, value]]
  })
}

function lossAxis(places: readonly Place[]): AxisOptions {
  const losses = places.map(([, value]) => value).filter((value) => Number.isFinite(value))
  const [low, high] = [Math.min(...losses), Math.max(...losses)]
  return { label: 'loss', kind: low > 0 && high > WIDE * low ? 'log' : 'linear' }
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

/** What layers were like in the course of a run, as charts, from the readings that its babysitter took. */
import { whatStands } from 'thalweg/train'
import type { LineChart } from '../plot/line-chart.ts'
import type { Place } from '../plot/marks.ts'
import type { CaseFile, KnownReading } from './case-file.ts'

/** Layers that a chart names; more lines say nothing. */
const LAYERS = 12

export interface LayerCharts {
  readonly charts: readonly LineChart[]
  /** Of how many layers, of how many there are. */
  readonly shown: number
  readonly layers: number
}

type LayerFigures = KnownReading['layers'][number]

/** Of the run as it stands: what was read of attempts that were given up is left out. None without two readings. */
export function layerCharts({ readings, mends }: Pick<CaseFile, 'readings' | 'mends'>): LayerCharts {
  // A reading stands where a note of the same step would.
  const notes = readings.map((reading) => ({ ...reading, code: '', severity: 'info' as const }))
  const { findings: standing } = whatStands(notes, mends)
  // Names are those of the network that the run ended with.
  const last = standing.at(-1)
  if (!last || standing.length < 2) return { charts: [], shown: 0, layers: 0 }
  const layers = (title: string, label: string, value: (layer: LayerFigures) => number): LineChart => ({
    ...{ title, x: STEPS, y: { label, kind: 'log' } },
    series: last.layers.slice(0, LAYERS).map(({ path }) => ({
      name: path,
      points: standing.flatMap((one) => placeOf(one.step, one.layers.find(named(path)), value)),
    })),
  })
  const charts = [
    layers('Deviation of the activations', 'deviation', ({ deviation }) => deviation),
    layers('Gradient at the layers', 'root mean square', ({ gradient }) => gradient),
    {
      ...{ title: 'Updates, relative to the weights', x: STEPS, y: { label: 'ratio', kind: 'log' } as const },
      series: last.parameters.slice(0, LAYERS).map(({ path }) => ({
        name: path,
        points: standing.flatMap((one) => placeOf(one.step, one.parameters.find(named(path)), ({ ratio }) => ratio)),
      })),
    },
  ]
  return {
    charts: charts.filter(({ series }) => series.some(({ points }) => points.length > 1)),
    shown: Math.min(LAYERS, last.layers.length),
    layers: last.layers.length,
  }
}

const STEPS = { label: 'step', isWhole: true } as const

const named =
  (wanted: string) =>
  ({ path }: { readonly path: string }): boolean =>
    path === wanted

/** What is 0 has no place on a logarithmic axis. */
function placeOf<Figures>(step: number, figures: Figures | undefined, value: (figures: Figures) => number): Place[] {
  return figures && value(figures) > 0 ? [[step, value(figures)]] : []
}

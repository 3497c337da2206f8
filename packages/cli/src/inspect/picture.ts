/** The histograms of an inspection as a picture. */
import type { Distribution, LayerInspection } from 'thalweg/diagnose'
import { type HistogramCell, histogramRowsSvg } from '../plot/histogram.ts'
import { figure } from '../terminal/format.ts'
import { hasManyZeros, withoutZeros } from './zeros.ts'

export interface Caption {
  readonly weights: string
  readonly network: string
  /** Examples, data, seed. */
  readonly seen: string
}

export function inspectionSvg(layers: readonly LayerInspection[], { weights, network, seen }: Caption): string {
  const zeros = layers.some(({ activations }) => hasManyZeros(activations)) ? ' Exact zeros are left out.' : ''
  return histogramRowsSvg({
    title: `First weights: ${weights}`,
    subtitle: `${network}. ${seen}. Each histogram is as high as its row.${zeros}`,
    columns: [
      { title: 'Activations', label: 'what the layer gives out', noteTitle: 'deviation' },
      { title: 'Gradients', label: 'of the loss, with respect to it', noteTitle: 'deviation' },
    ],
    rows: layers.map(({ path, activations, gradients }) => ({
      name: path,
      cells: [cell(activations), cell(gradients)],
    })),
  })
}

function cell(distribution: Distribution): HistogramCell {
  const { histogram, deviation } = distribution
  return { edges: histogram.edges, counts: withoutZeros(distribution), note: figure(deviation) }
}

/** What `inspect` says at a terminal: a row for each layer, its histograms a line high. */
import type { Distribution, LayerInspection } from 'thalweg/diagnose'
import { blocks } from '../plot/blocks.ts'
import { figure, percent } from '../terminal/format.ts'
import type { Style } from '../terminal/style.ts'
import type { Row } from '../terminal/summary.ts'
import { withoutZeros } from './zeros.ts'

/** Characters of a histogram; eight of them less and there is no shape left. */
const COLUMNS = { wide: 24, narrow: 16 } as const
const WIDE_FROM = 96
const SPREAD = 8
const SHARE = 9

/** At most `width` characters a line. */
export function inspectionLines(layers: readonly LayerInspection[], width: number, style: Style): string[] {
  const columns = width >= WIDE_FROM ? COLUMNS.wide : COLUMNS.narrow
  const room = Math.max(8, width - 2 * (columns + SPREAD) - SHARE - 2 - 2 * 2 - 3)
  const longest = Math.max(...layers.map(({ path }) => path.length), 5)
  const name = Math.min(room, longest)
  const line = (label: string, activations: readonly string[], gradients: readonly string[]): string =>
    `  ${clipped(label, name).padEnd(name)}  ${activations.join(' ')}  ${gradients.join(' ')}`.trimEnd()
  const [first] = layers
  return [
    style.dim(
      line(
        '',
        ['activations'.padEnd(columns), 'spread'.padStart(SPREAD), ''.padEnd(SHARE)],
        ['gradients'.padEnd(columns), 'spread'.padStart(SPREAD)],
      ),
    ),
    style.dim(
      line(
        'layer',
        [scaleOf(first.activations, columns), ''.padStart(SPREAD), ''.padEnd(SHARE)],
        [scaleOf(first.gradients, columns)],
      ),
    ),
    ...layers.map((layer) =>
      line(
        layer.path,
        [
          blocks(withoutZeros(layer.activations), columns),
          figure(layer.activations.deviation).padStart(SPREAD),
          shareOf(layer).padStart(SHARE),
        ],
        [blocks(layer.gradients.histogram.counts, columns), figure(layer.gradients.deviation).padStart(SPREAD)],
      ),
    ),
  ]
}

/** The ends of a histogram, at the ends of its columns. */
function scaleOf({ histogram: { edges } }: Distribution, columns: number): string {
  const low = figure(edges[0])
  return low + figure(edges[edges.length - 1]).padStart(columns - low.length)
}

function shareOf({ saturated, activations }: LayerInspection): string {
  if (activations.nonFinite > 0) return 'NaN or ∞'
  const [share, what] = saturated === undefined ? [activations.zeros, 'zero'] : [saturated, 'sat']
  return `${percent(share, 0)} ${what.padEnd(4)}`
}

/** The end of a path says more than its beginning. */
function clipped(path: string, room: number): string {
  return path.length <= room ? path : `…${path.slice(path.length - room + 1)}`
}

/** By how much the spread changes over the depth: forward that of activations, backward that of gradients. */
export function courseRows(layers: readonly LayerInspection[]): Row[] {
  const [first, last] = [layers[0], layers.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const course = (from: LayerInspection, to: LayerInspection, of: 'activations' | 'gradients'): string =>
    `${of} from ${from.path} to ${to.path}: times ${figure(to[of].deviation / from[of].deviation)}`
  return [
    ['spread', course(first, last, 'activations')],
    ['', course(last, first, 'gradients')],
  ]
}

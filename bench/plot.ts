/** The pictures of the bench: how many times Thalweg's time the others take, and how time grows with sizes. */
import { INK, strokeOf } from '../packages/cli/src/plot/colour.ts'
import { frame, heading } from '../packages/cli/src/plot/frame.ts'
import { type LineChart, lineChartSvg } from '../packages/cli/src/plot/line-chart.ts'
import { createAxis, tickText } from '../packages/cli/src/plot/scale.ts'
import { element, group, type Markup, svgDocument, textWidth } from '../packages/cli/src/plot/svg.ts'
import type { Figures } from './figures.ts'
import { type Measurement, ratio } from './report.ts'
import type { ScalingCurve } from './scaling.ts'

const WIDTH = 720
const ROW = 30

/** A dot for each peer in the row of each workload, on one thread; right of 1 Thalweg is faster. */
export function ratiosSvg({ measurements, machine, date }: Figures): string {
  const rows = measurements.filter(({ threads, contender }) => threads === 1 && !contender.startsWith('thalweg'))
  const peers = [...new Set(rows.map(({ contender }) => contender))].filter(
    (name) => ratiosOf(name, rows, measurements).length > 0,
  )
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  const all = peers.flatMap((peer) => ratiosOf(peer, rows, measurements).map((dot) => dot.value))
  const area = { left: 110, top: 100, right: WIDTH - 30, bottom: 100 + ROW * workloads.length }
  const x = createAxis(
    {
      label: 'time of a step over that of Thalweg, one thread each',
      kind: 'log',
      domain: [Math.min(0.5, ...all) / 1.2, Math.max(2, ...all) * 1.2],
    },
    all,
    [area.left, area.right],
    9,
  )
  const middle = (workload: string): number => area.top + ROW * (workloads.indexOf(workload) + 0.5)
  const names = workloads.map((name) =>
    element('text', { x: area.left - 12, y: middle(name) + 4, 'text-anchor': 'end', fill: INK.plain }, name),
  )
  const dots = peers.flatMap((peer, index) =>
    ratiosOf(peer, rows, measurements).map(({ workload, value }) =>
      element('circle', { cx: x.at(value), cy: middle(workload), r: 5.5, fill: strokeOf(index).colour }),
    ),
  )
  const even = element('line', {
    x1: x.at(1),
    y1: area.top,
    x2: x.at(1),
    y2: area.bottom,
    stroke: INK.plain,
    'stroke-dasharray': '3 3',
  })
  return svgDocument({
    width: WIDTH,
    height: area.bottom + 60,
    title: 'Time of a training step over that of Thalweg',
    description: peers
      .map(
        (peer) =>
          `${peer}: ${ratiosOf(peer, rows, measurements)
            .map(({ workload, value }) => `${workload} ${tickText(Number(value.toPrecision(2)))}`)
            .join(', ')}`,
      )
      .join('. '),
    content: [
      heading(
        'How many times as long the others take',
        `${machine.processor}, ${date}; left of the line they are faster`,
        24,
        30,
      ),
      legend(peers, 24, 76),
      frame({ area, x, grid: 'x' }),
      even,
      group({}, names),
      group({}, dots),
    ],
  })
}

function ratiosOf(
  peer: string,
  rows: readonly Measurement[],
  all: readonly Measurement[],
): { workload: string; value: number }[] {
  return rows.flatMap((row) => {
    const value = row.contender === peer ? ratio(row, all) : undefined
    return value === undefined ? [] : [{ workload: row.workload, value }]
  })
}

function legend(names: readonly string[], left: number, y: number): Markup {
  let x = left
  return group(
    {},
    names.flatMap((name, index) => {
      const at = x
      x += textWidth(name, 12) + 34
      return [
        element('circle', { cx: at + 6, cy: y, r: 5.5, fill: strokeOf(index).colour }),
        element('text', { x: at + 17, y: y + 4, fill: INK.plain }, name),
      ]
    }),
  )
}

/** One chart a curve, below each other: what was measured, and time in proportion to work from the cheapest size on. */
export function scalingSvg(curves: readonly ScalingCurve[]): string {
  return lineChartSvg(curves.map(scalingChart), { height: 260 })
}

function scalingChart({ name, axis, points }: ScalingCurve): LineChart {
  const costs = points.flatMap(({ milliseconds, operations }) =>
    milliseconds === undefined ? [] : [milliseconds / operations],
  )
  const least = Math.min(...costs)
  return {
    title: `${name}: ${axis}`,
    x: { label: axis, kind: 'log' },
    y: { label: 'ms a step', kind: 'log' },
    series: [
      {
        name: 'measured',
        points: points.map(({ value, milliseconds = Number.NaN }) => [value, milliseconds] as const),
      },
      {
        name: 'as work',
        points: points.map(({ value, operations }) => [value, operations * least] as const),
        isFaint: true,
      },
    ],
  }
}

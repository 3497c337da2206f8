/** How time grows, as a section of the page: the exponents of all curves, a picture, and every curve as a table. */
import { figure, markdownTable } from './report.ts'
import { exponent, growsTooFast, growth, type ScalingCurve, type ScalingPoint } from './scaling.ts'

export function scalingSection(scaling: readonly ScalingCurve[]): string {
  const tables = scaling.map((curve) => `### ${nameOf(curve)}\n\n${scalingTable(curve)}`)
  const words = `Time against one size at a time, the others as in the workload of that name: the tenth percentile of its steps, which is
what a step takes when the machine leaves it alone. *Time ~* is the exponent of time over the upper half of the sizes (least
squares through the logarithms): with 1, twice the size takes twice the time. *Work ~* is that of the multiplications and
additions that a step needs; of threads, of those that each of them has, so that -1 is half the time on two. *Growth* is time
per operation over the least of all smaller sizes: above 1.25 cost grows faster than work. Where it does, and why, stands in
[the kernel lab](../bench/kernels/README.md#where-time-grows-faster-than-work).`
  return ['## How time grows', words, summary(scaling), '![Time against sizes](images/scaling.svg)', ...tables].join(
    '\n\n',
  )
}

function nameOf({ name, axis }: ScalingCurve): string {
  return `${name}: ${axis}`
}

function summary(scaling: readonly ScalingCurve[]): string {
  const rows = scaling.map((curve) => {
    const { points } = curve
    const grown = growth(points)
    const outgrown = points.flatMap(({ value }, i) => (growsTooFast(grown[i]) ? [`${value} (${times(grown[i])})`] : []))
    return [
      nameOf(curve),
      `${points[0]?.value} to ${points.at(-1)?.value}`,
      power(exponent(points, ({ milliseconds }) => milliseconds)),
      power(exponent(points, ({ operations }) => operations)),
      outgrown.join(', ') || 'nowhere',
    ]
  })
  return markdownTable(['curve', 'sizes', 'time ~', 'work ~', 'cost outgrows work at'], rows)
}

export function scalingTable({ axis, points }: ScalingCurve): string {
  const grown = growth(points)
  const rows = points.map((point, i) => {
    const { value, milliseconds, operations, compileMs } = point
    return [
      String(value),
      milliseconds === undefined ? '-' : figure(milliseconds),
      milliseconds === undefined ? '-' : figure(operations / milliseconds / 1e6),
      power(step(points[i - 1], point)),
      `${grown[i]?.toFixed(2) ?? '-'}${growsTooFast(grown[i]) ? ', more than work' : ''}`,
      compileMs?.toFixed(0) ?? '',
    ]
  })
  const speed = axis === 'threads' ? 'GFLOP/s a thread' : 'GFLOP/s'
  return markdownTable([axis, 'ms/step', speed, 'time ~', 'growth', 'compile ms'], rows)
}

/** The exponent from one size to the next. */
function step(before: ScalingPoint | undefined, point: ScalingPoint): number | undefined {
  return before && exponent([before, point], ({ milliseconds }) => milliseconds)
}

function power(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2)
}

function times(value: number | undefined): string {
  return `${value?.toFixed(1)} times`
}

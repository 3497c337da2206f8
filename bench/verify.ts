/**
 * Whether contenders do the same work: from the same batch and weights, the losses of the first steps must be the same up
 * to rounding. Dropout is left out, since everyone drops other units.
 */
import { type ContenderOptions, startContender } from './contender.ts'
import type { LayerSpec, Workload } from './workloads.ts'

/** Two updates. Differences grow with every further one, until nobody agrees with anybody. */
const STEPS = 3
/** Of the loss: float32, sums in another order, through up to twenty layers and back. */
export const TOLERANCE = 1e-4

/** The losses of a contender's first steps, or why there are none. */
export type Traced = { readonly contender: string } & (
  | { readonly losses: readonly number[] }
  | { readonly unsupported: string }
)

export async function trace(workload: Workload, field: readonly ContenderOptions[]): Promise<Traced[]> {
  const traced: Traced[] = []
  for (const entry of field) {
    const contender = startContender(entry)
    const ready = await contender.prepare({ ...workload, layers: withoutDropout(workload.layers) }, 1)
    const answer = 'unsupported' in ready ? ready : await contender.trace(STEPS)
    contender.close()
    traced.push({ contender: entry.name, ...('unsupported' in answer ? answer : { losses: answer }) })
  }
  return traced
}

function withoutDropout(layers: readonly LayerSpec[]): LayerSpec[] {
  return layers
    .filter(({ kind }) => kind !== 'dropout')
    .map((spec) =>
      spec.kind === 'residual'
        ? { ...spec, main: withoutDropout(spec.main), shortcut: withoutDropout(spec.shortcut) }
        : spec,
    )
}

/** The largest difference between two traces, as a share of the loss. */
export function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((loss, step) => Math.abs(loss - b[step]) / Math.max(Math.abs(b[step]), 1e-6)))
}

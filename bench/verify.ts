/**
 * Whether contenders do the same work: from the same batch and weights, the losses of the first steps must be the same up
 * to rounding. Dropout is left out, since everyone drops other units.
 */
import { type ContenderOptions, startContender } from './contender.ts'
import type { LayerSpec, Workload } from './workloads.ts'

/** Two updates. Differences grow with every further one, until nobody agrees with anybody. */
const STEPS = 3
/** Examples at most: the slowest take half a minute for a whole batch of images. */
const BATCH = 16
/** Of the loss: float32, sums in another order, through up to twenty layers and back. */
const TOLERANCE = 1e-4

/** The losses of a contender's first steps, or why there are none; `differs` where they are of other work. */
export type Traced = { readonly contender: string } & (
  | { readonly losses: readonly number[]; readonly differs: string | undefined }
  | { readonly unsupported: string }
)

/** The losses of all contenders on the same few examples. */
export async function trace(
  workload: Workload,
  field: readonly ContenderOptions[],
  patience: number,
): Promise<Traced[]> {
  const traced: Traced[] = []
  const small = {
    ...workload,
    batch: Math.min(workload.batch, BATCH),
    layers: withoutDropout(workload.layers),
  }
  for (const entry of field) {
    const contender = startContender(entry, patience)
    const ready = await contender.prepare(small, 1)
    const answer = 'unsupported' in ready ? ready : await contender.trace(STEPS)
    contender.close()
    if ('unsupported' in ready) traced.push({ contender: entry.name, ...ready })
    else if ('unsupported' in answer) traced.push({ contender: entry.name, ...answer })
    else traced.push({ contender: entry.name, losses: answer, differs: ready.differs })
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

/** By how much of the loss the two are apart, and whether that is too much for who does not say why. */
export function verdictOn(traced: Traced, judge: Traced): string | undefined {
  if (!('losses' in traced && 'losses' in judge)) return undefined
  const apart = difference(traced.losses, judge.losses)
  if (traced.differs !== undefined) return `${apart.toExponential(1)} (${traced.differs})`
  return apart <= TOLERANCE ? apart.toExponential(1) : `${apart.toExponential(1)} DIFFERS`
}

/** The largest difference between two traces, as a share of the loss. */
function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((loss, step) => Math.abs(loss - b[step]) / Math.max(Math.abs(b[step]), 1e-6)))
}

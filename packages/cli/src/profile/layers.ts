/** Kernels added up by the layer that they belong to. */
import type { KernelProfile } from 'thalweg/compile'

export interface LayerProfile {
  /** Path, as in `block2.conv1`; empty for what belongs to none: most of the loss, counters, what an optimizer needs once. */
  readonly layer: string
  readonly kernels: number
  readonly milliseconds: number
  readonly leastMilliseconds: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly operations: number
}

/** In the order in which they are first met. */
export function layerProfiles(kernels: readonly KernelProfile[]): LayerProfile[] {
  const layers = new Map<string, LayerProfile>()
  for (const kernel of kernels) {
    const sofar = layers.get(kernel.layer)
    layers.set(kernel.layer, {
      layer: kernel.layer,
      kernels: (sofar?.kernels ?? 0) + 1,
      milliseconds: (sofar?.milliseconds ?? 0) + kernel.milliseconds,
      leastMilliseconds: (sofar?.leastMilliseconds ?? 0) + kernel.leastMilliseconds,
      bytesRead: (sofar?.bytesRead ?? 0) + kernel.bytesRead,
      bytesWritten: (sofar?.bytesWritten ?? 0) + kernel.bytesWritten,
      operations: (sofar?.operations ?? 0) + kernel.operations,
    })
  }
  return [...layers.values()]
}

/** What a kernel does, without its layer. */
export function workOf({ label, layer }: KernelProfile): string {
  return layer === '' ? label : label.slice(layer.length + 2)
}

export function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0)
}

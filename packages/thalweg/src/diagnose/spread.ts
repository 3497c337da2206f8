/** Where a number that runs through the layers changes most: the one layer of many that is to blame. */
import type { LayerReading } from './reading.ts'

export interface Step {
  /** Path of the layer through which it changes most. */
  readonly layer: string
  /** What comes out over what goes in, in the direction of travel. */
  readonly factor: number
}

/** Layers that are looked through: what they do to a number belongs to the layer with weights before them. */
const TRANSPARENT: ReadonlySet<string> = new Set(['flatten', 'dropout', 'lambda'])

/**
 * @param layers in the order in which they run
 * @param direction `backward`: the value at a layer's output goes in, that at the layer before comes out
 */
export function steepestStep(
  layers: readonly LayerReading[],
  value: (layer: LayerReading) => number,
  direction: 'forward' | 'backward',
  change: 'shrinks' | 'grows' = 'shrinks',
): Step {
  let found: Step = { layer: layers[layers.length - 1].path, factor: 1 }
  for (let at = 1; at < layers.length; at++) {
    const [here, before] = [value(layers[at]), value(layers[at - 1])]
    const factor = direction === 'backward' ? before / here : here / before
    if (TRANSPARENT.has(layers[at].kind) || !(here > 0) || Number.isNaN(factor)) continue
    if (change === 'shrinks' ? factor < found.factor : factor > found.factor) {
      found = { layer: layers[at].path, factor }
    }
  }
  return found
}

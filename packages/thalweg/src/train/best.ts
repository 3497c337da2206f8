/**
 * The best epochs of a run with their weights: what early stopping goes back to, and what a snapshot ensemble is made of.
 * They lie in memory and, so that a resumed run still has them, in every checkpoint.
 */
import type { NamedArray } from '../nn/index.ts'
import { BEST, bestPrefix, namedArrays } from './array-names.ts'
import type { BestRecord } from './checkpoint.ts'
import type { EpochEvent } from './events.ts'
import { isBetter, type Monitor } from './monitor.ts'
import type { StoredArray } from './safetensors.ts'

export interface BestEpoch extends BestRecord {
  /** Parameters and running statistics as they were after the epoch, for `store.load`. */
  readonly weights: Readonly<Record<string, NamedArray>>
}

export interface BestEpochs {
  /** The best one first; of equals the earlier one. */
  readonly list: readonly BestEpoch[]
  /** Keeps the epoch that just ended if it is among the best; `weights` is asked only then. */
  see(event: EpochEvent, weights: () => Record<string, NamedArray>): void
  /** The run went back: epochs after this one have not been, or, of another model, none. */
  forget(after: number): void
  /** The run goes on as it once was, with these. */
  goBack(best: readonly BestEpoch[]): void
  /** For a checkpoint. */
  records(): BestRecord[]
  arrays(): Map<string, StoredArray>
}

export function createBestEpochs(
  keep: number,
  monitor: Monitor,
  from: { readonly best: readonly BestRecord[]; readonly arrays: ReadonlyMap<string, StoredArray> } | undefined,
): BestEpochs {
  const list: BestEpoch[] = (from?.best ?? []).map((record) => ({
    ...record,
    weights: namedArrays(from?.arrays ?? new Map(), bestPrefix(record.epoch)),
  }))
  return {
    list,
    see(event, weights) {
      const value = monitor.of(event)
      if (Number.isNaN(value)) return
      const place = list.findIndex((other) => isBetter(monitor, value, other.value))
      const at = place < 0 ? list.length : place
      if (at >= keep) return
      list.splice(at, 0, { epoch: event.epoch, step: event.step, value, weights: weights() })
      list.length = Math.min(list.length, keep)
    },
    forget(after) {
      const kept = list.filter(({ epoch }) => epoch <= after)
      list.splice(0, list.length, ...kept)
    },
    goBack(best) {
      list.splice(0, list.length, ...best)
    },
    records: () => list.map(({ weights: _, ...record }) => record),
    arrays() {
      const arrays = new Map<string, StoredArray>()
      for (const { epoch, weights } of list) {
        for (const [path, array] of Object.entries(weights)) arrays.set(`${bestPrefix(epoch)}${path}`, array)
      }
      return arrays
    },
  }
}

/** The arrays of a snapshot that a session goes on from. */
export function withoutBest(arrays: ReadonlyMap<string, StoredArray>): ReadonlyMap<string, StoredArray> {
  return new Map([...arrays].filter(([name]) => !name.startsWith(BEST)))
}

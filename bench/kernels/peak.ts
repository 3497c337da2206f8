/**
 * What this core can do at best in WebAssembly: the inner loop of all contractions (contraction/tile.ts) on rows and a
 * panel that lie in the first cache, without packing, epilogue or edges. The best of the tiles that the library chooses from.
 */
import { ModuleBuilder } from '../../packages/thalweg/src/backend/wasm/assembler.ts'
import { walkSegments } from '../../packages/thalweg/src/backend/wasm/contraction/walk.ts'
import type { Features } from '../../packages/thalweg/src/backend/wasm/features.ts'
import { millisecondsOf } from './stopwatch.ts'

/** Steps along K, and rows: 16 KiB of them. */
const DEPTH = 256
const ROWS = 16
const PAGES = 2

/** GFLOP/s, measured for so many seconds. */
export type Meter = (seconds: number) => number

export function registerPeak(features: Features, seconds: number): number {
  return peakMeter(features, seconds)(seconds)
}

/** Tries every tile for so many seconds; what it returns measures the best of them, as often as one likes. */
export function peakMeter({ tiles, hoistsLoads, relaxedMadd }: Features, seconds: number): Meter {
  const meters = tiles.map(({ rows, columns }): Meter => {
    const run = walk({ rows, columns, fenced: hoistsLoads, fused: relaxedMadd })
    return (time) => (2 * ROWS * DEPTH * columns) / millisecondsOf(run, time) / 1e6
  })
  const rates = meters.map((meter) => meter(seconds))
  return meters[rates.indexOf(Math.max(...rates))]
}

function walk(tile: Parameters<typeof walkSegments>[1]): () => void {
  const columnBytes = tile.columns * 4
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: PAGES })
  const shared: Parameters<typeof walkSegments>[0] = {
    function: (key, parameters, write) => builder.function(key, parameters, write),
  }
  builder.export('walk', walkSegments(shared, tile, { a: 4, b: columnBytes }, DEPTH))
  const memory = new WebAssembly.Memory({ initial: PAGES })
  const table = 4096
  new Int32Array(memory.buffer, table, ROWS + 1).set(Array.from({ length: ROWS }, (_, row) => row * DEPTH * 4))
  const a = 8192
  const panel = a + ROWS * DEPTH * 4 + 64
  const out = panel + DEPTH * columnBytes + 64
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
  const run = exports.walk
  if (typeof run !== 'function') throw new Error('the walk was not exported')
  const tableEnd = table + ROWS * 4
  return () => void run(a, table, tableEnd, tableEnd, tableEnd + 4, DEPTH * columnBytes, panel, out, columnBytes, 0)
}

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

/** GFLOP/s. */
export function registerPeak(features: Features, seconds: number): number {
  const { tiles, hoistsLoads, relaxedMadd } = features
  const rates = tiles.map(({ rows, columns }) => {
    const tile = { rows, columns, fenced: hoistsLoads, fused: relaxedMadd }
    return (2 * ROWS * DEPTH * columns) / millisecondsOf(walk(tile), seconds) / 1e6
  })
  return Math.max(...rates)
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

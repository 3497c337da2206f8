/** What the library itself does: the kernel that its compiler makes of the problem, as its backend writes it. */
import { lower } from 'thalweg/compile'
import { tensor } from 'thalweg/tensor'
import { emitKernel } from '../../packages/thalweg/src/backend/wasm/emit.ts'
import type { Features } from '../../packages/thalweg/src/backend/wasm/features.ts'
import { runnable } from '../../packages/thalweg/src/backend/wasm/run-kernel.ts'
import { type Built, type Problem, sizeOf } from './version.ts'

export function house(
  { shapes, define, resultShape }: Problem,
  operands: readonly Float32Array[],
  features: Features,
): Built {
  const result = define(operands.map((values, i) => tensor(values, shapes[i])))
  const { kernels, buffers } = lower({ inputs: [], outputs: [result.node], updates: [] })
  if (kernels.length !== 1) throw new Error(`${kernels.length} kernels for one problem`)
  const arrays = buffers.map(({ place, shape }) =>
    place.kind === 'literal' ? Float32Array.from(place.data) : new Float32Array(sizeOf(shape)),
  )
  const output = arrays[buffers.findIndex(({ place }) => place.kind === 'output')]
  const kernel = runnable(emitKernel(kernels[0], buffers, features))
  kernel.run(arrays)
  if (output.length !== sizeOf(resultShape)) throw new Error('the result has another size')
  return { run: () => kernel.again(), result: () => output.slice() }
}

/** For vectors of 128 bits, as every engine has them. */
export function narrow(features: Features, tiles: Features['tiles']): Features {
  return { ...features, wide: false, tiles }
}

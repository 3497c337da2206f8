/**
 * "im2col": the nine neighbours of every pixel are copied side by side, and one large matrix product does the rest. The
 * product is as fast as any; but nine copies of the image go out to memory and come back.
 */
import { emitMatmul } from '../../packages/thalweg/src/backend/wasm/contraction/matmul.ts'
import { runnable } from '../../packages/thalweg/src/backend/wasm/run-kernel.ts'
import type { ConvProblem } from './conv-problem.ts'
import type { Version } from './version.ts'

export const unfolded: Version<ConvProblem> = {
  name: '2 unfolded image, matrix product',
  build({ images, size, channels, outputs }, [image, kernel], features) {
    const pixels = images * size * size
    const depth = 9 * channels
    const rows = new Float32Array(pixels * depth)
    const product = runnable(
      emitMatmul(
        {
          kind: 'contraction',
          label: 'unfolded',
          op: 'matmul',
          attributes: { transposeA: false, transposeB: false },
          operands: [0, 1],
          operandShapes: [
            [pixels, depth],
            [depth, outputs],
          ],
          shape: [pixels, outputs],
          epilogue: [{ kind: 'result', reduction: 0, dtype: 'float32' }],
          epilogueStores: [{ value: 0, view: { buffer: 2, offset: 0, strides: [outputs, 1] } }],
        },
        features,
      ),
    )
    const unfold = (): void => {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const x = pixel % size
        const y = Math.floor(pixel / size) % size
        for (let tap = 0; tap < 9; tap++) {
          const [dy, dx] = [Math.floor(tap / 3) - 1, (tap % 3) - 1]
          if (y + dy < 0 || y + dy >= size || x + dx < 0 || x + dx >= size) continue
          const from = (pixel + dy * size + dx) * channels
          rows.set(image.subarray(from, from + channels), pixel * depth + tap * channels)
        }
      }
    }
    const result = new Float32Array(pixels * outputs)
    unfold()
    product.run([rows, kernel, result])
    return {
      run() {
        unfold()
        product.again()
      },
      result: () => result.slice(),
    }
  },
}

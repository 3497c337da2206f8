/** The definition, output channels innermost, so that weights and results are read in order. */
import type { ConvProblem } from './conv-problem.ts'
import type { Version } from './version.ts'

export const loops: Version<ConvProblem> = {
  name: '1 loops (TypeScript)',
  build({ images, size, channels, outputs }, [image, kernel]) {
    const result = new Float32Array(images * size * size * outputs)
    const addTap = (to: number, from: number, tap: number): void => {
      for (let c = 0; c < channels; c++) {
        const value = image[from + c]
        const weights = (tap * channels + c) * outputs
        for (let o = 0; o < outputs; o++) result[to + o] += value * kernel[weights + o]
      }
    }
    return {
      run() {
        result.fill(0)
        for (let b = 0; b < images; b++)
          for (let y = 0; y < size; y++)
            for (let x = 0; x < size; x++)
              for (let tap = 0; tap < 9; tap++) {
                const [fromY, fromX] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1]
                if (fromY < 0 || fromY >= size || fromX < 0 || fromX >= size) continue
                const pixel = (b * size + y) * size + x
                addTap(pixel * outputs, ((b * size + fromY) * size + fromX) * channels, tap)
              }
      },
      result: () => result.slice(),
    }
  },
}

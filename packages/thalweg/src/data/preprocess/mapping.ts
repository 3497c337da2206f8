/** What every fitted transform can do, whatever its data: say its output's shape, apply, and turn back. */
import type { Shape } from '../../base/index.ts'

export interface Mapping {
  /**
   * Shape of one example after the transform.
   *
   * @throws ThalwegError `data/shape-mismatch` for examples that it was not fitted to
   */
  outputShape(shape: Shape): Shape
  /** `outputs` may be `inputs` where their sizes are equal. */
  apply(inputs: Float32Array | Float64Array, outputs: Float32Array | Float64Array): void
  /** The inputs that gave `outputs`, up to rounding and to what the transform has thrown away. */
  invert(outputs: Float32Array | Float64Array, inputs: Float32Array | Float64Array): void
}

/**
 * `x`, cut off at `low` and `high`, with slope 0 at both ends, as PyTorch's hardtanh has it. The op `clip` shares the slope
 * there between x and the end, which would make a unit of relu6 that rests at 0 learn where one of relu does not.
 */
import { greaterEqual, lessEqual, select, type Tensor } from '../../tensor/index.ts'

export function clamped(x: Tensor, low: number, high: number): Tensor {
  return select(lessEqual(x, low), low, select(greaterEqual(x, high), high, x))
}

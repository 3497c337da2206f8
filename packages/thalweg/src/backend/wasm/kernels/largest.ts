/** Which of two values counts as larger, for maxima that remember their place (argmax, pooling). */
import type { DType } from '../../../base/index.ts'
import type { Local } from '../code.ts'
import { apply, equal, type Term } from '../terms.ts'

/**
 * The mask of lanes in which a later `value` takes the place of the largest so far: NaN beats every number and the first NaN
 * stays, else the first of equals stays.
 */
export function isLarger(dtype: DType, value: Local, largest: Local): Term {
  if (dtype !== 'float32') return apply('i32x4.gt_s', value, largest)
  // "Not less or equal" is also true where one is NaN; it must not be the largest so far.
  return apply('v128.andnot', equal(largest, largest), apply('f32x4.le', value, largest))
}

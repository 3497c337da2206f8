/** `y = (x - shift) / scale`, value by value: what centering, standardizing, min-max and robust scaling have in common. */
import { formatShape, sizeOf, ThalwegError } from '../../base/index.ts'
import type { Mapping } from './mapping.ts'

/** @param shift one figure for each channel, or one for each value of an example; `scale` likewise */
export function affine(name: string, shift: readonly number[], scale: readonly number[]): Mapping {
  const period = shift.length
  return {
    outputShape(shape) {
      if (shape.at(-1) === period || sizeOf(shape) === period) return shape
      throw new ThalwegError('data/shape-mismatch', {
        rule: `${name}: examples must have as many channels, or values, as those it was fitted to`,
        received: `${formatShape(shape)}, fitted to ${period}`,
        try: 'fit the preprocessing to this data, or give data of the fitted shape',
      })
    },
    apply(inputs, outputs) {
      for (let i = 0, k = 0; i < inputs.length; i++) {
        outputs[i] = (inputs[i] - shift[k]) / scale[k]
        k = k + 1 === period ? 0 : k + 1
      }
    },
    invert(outputs, inputs) {
      for (let i = 0, k = 0; i < outputs.length; i++) {
        inputs[i] = outputs[i] * scale[k] + shift[k]
        k = k + 1 === period ? 0 : k + 1
      }
    },
  }
}

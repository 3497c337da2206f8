/** Handwritten-looking digits, drawn by code. */

import { arrays } from '../arrays.ts'
import type { Dataset } from '../dataset.ts'

export interface DigitsOptions {
  /** Number of images, the ten digits in equal shares. Default 12,000. */
  readonly size?: number
  /** Default 1. */
  readonly seed?: number
}

export function digits(options: DigitsOptions = {}): Dataset {
  const { size = 12_000 } = options
  return arrays({
    name: 'digits',
    inputs: new Uint8Array(size * 784),
    inputShape: [28, 28, 1],
    labels: new Int32Array(size),
    classes: [...'0123456789'],
  })
}

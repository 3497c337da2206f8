/**
 * The IDX format, as the MNIST pages define it: two zero bytes, a type code, the rank, then each size as a big-endian
 * uint32, then the values in row-major order, big-endian.
 */
import type { Shape } from '../../base/index.ts'

export type IdxValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** An array of any rank. `shape` of an image file is `[count, height, width]`, of a label file `[count]`. */
export interface IdxArray {
  readonly shape: Shape
  readonly values: IdxValues
}

/** What the third byte of the magic number means: how wide a value is and how it is read and written. */
export interface ElementType {
  readonly code: number
  readonly name: string
  readonly bytes: number
  make(length: number): IdxValues
  get(view: DataView, offset: number): number
  set(view: DataView, offset: number, value: number): void
}

export const elementTypes: readonly ElementType[] = [
  {
    code: 0x08,
    name: 'uint8',
    bytes: 1,
    make: (length) => new Uint8Array(length),
    get: (view, offset) => view.getUint8(offset),
    set: (view, offset, value) => view.setUint8(offset, value),
  },
  {
    code: 0x09,
    name: 'int8',
    bytes: 1,
    make: (length) => new Int8Array(length),
    get: (view, offset) => view.getInt8(offset),
    set: (view, offset, value) => view.setInt8(offset, value),
  },
  {
    code: 0x0b,
    name: 'int16',
    bytes: 2,
    make: (length) => new Int16Array(length),
    get: (view, offset) => view.getInt16(offset),
    set: (view, offset, value) => view.setInt16(offset, value),
  },
  {
    code: 0x0c,
    name: 'int32',
    bytes: 4,
    make: (length) => new Int32Array(length),
    get: (view, offset) => view.getInt32(offset),
    set: (view, offset, value) => view.setInt32(offset, value),
  },
  {
    code: 0x0d,
    name: 'float32',
    bytes: 4,
    make: (length) => new Float32Array(length),
    get: (view, offset) => view.getFloat32(offset),
    set: (view, offset, value) => view.setFloat32(offset, value),
  },
  {
    code: 0x0e,
    name: 'float64',
    bytes: 8,
    make: (length) => new Float64Array(length),
    get: (view, offset) => view.getFloat64(offset),
    set: (view, offset, value) => view.setFloat64(offset, value),
  },
]

/** Element types. Every one takes four bytes in a compiled plan: a `bool` is stored as the int32 0 or 1. */
export type DType = 'float32' | 'int32' | 'bool'

export const BYTES_PER_ELEMENT = 4

/** Host arrays: float64 comes from the reference backend, int32 carries both `int32` and `bool`. */
export type TypedArray = Float32Array | Float64Array | Int32Array

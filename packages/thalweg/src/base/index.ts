export { BYTES_PER_ELEMENT, type DType, type TypedArray } from './dtype.ts'
export { type ErrorParts, internal, ThalwegError, unreachable } from './errors.ts'
export { hashText, PHILOX_ROUNDS, philox4x32, type Random, random } from './random.ts'
export { broadcastShapes, formatShape, reduceShape, type Shape, sameShape, sizeOf, stridesOf } from './shape.ts'

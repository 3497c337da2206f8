/** Writes an IDX file: for tests, tools, and for keeping generated images where other programs can read them. */
import { formatShape, internal, sizeOf, ThalwegError } from '../../base/index.ts'
import { type ElementType, elementTypes, type IdxArray, type IdxValues } from './element.ts'

/**
 * The bytes of a plain IDX file; `gzip` packs them.
 *
 * @throws ThalwegError `data/idx-shape` when the shape does not hold exactly the values, or its rank is not in 1..255
 */
export function writeIdx(array: IdxArray): Uint8Array {
  const { shape, values } = array
  const sizesFit = shape.every((size) => Number.isInteger(size) && size >= 0 && size <= 0xffffffff)
  if (shape.length < 1 || shape.length > 255 || !sizesFit || sizeOf(shape) !== values.length) {
    throw new ThalwegError('data/idx-shape', {
      rule: 'writeIdx: the shape must have rank 1 to 255 and hold exactly the values',
      received: `shape ${formatShape(shape)}, ${values.length} values`,
      try: `give a shape with ${values.length} elements, such as [${values.length}]`,
    })
  }
  const type = typeOf(values)
  const start = 4 + 4 * shape.length
  const bytes = new Uint8Array(start + values.length * type.bytes)
  const view = new DataView(bytes.buffer)
  bytes[2] = type.code
  bytes[3] = shape.length
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size)
  })
  for (let i = 0; i < values.length; i++) type.set(view, start + i * type.bytes, values[i])
  return bytes
}

function typeOf(values: IdxValues): ElementType {
  const type = elementTypes.find((one) => one.make(0).constructor === values.constructor)
  if (type === undefined) throw internal('an array type IDX does not know', values.constructor.name)
  return type
}

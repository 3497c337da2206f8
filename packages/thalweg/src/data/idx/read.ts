/** Reads an IDX file, plain or gzipped, from its bytes. It trusts nothing: every size is checked against the file. */
import { formatShape, sizeOf, ThalwegError } from '../../base/index.ts'
import { elementTypes, type IdxArray } from './element.ts'
import { gunzip, isGzip } from './gzip.ts'

/**
 * The array in an IDX file. Gzip is recognized by its first two bytes, not by the file's name.
 *
 * @param bytes the whole file
 * @param file its name, for errors
 * @throws ThalwegError `data/bad-gzip`, `data/idx-magic`, `data/idx-type`, `data/idx-truncated`, `data/idx-trailing`
 */
export async function readIdx(bytes: Uint8Array, file: string): Promise<IdxArray> {
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, file) : bytes, file)
}

/** As {@link readIdx}, for bytes that are known not to be gzipped. */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4) throw truncated(file, bytes.length, 'its header takes at least 4 bytes')
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[3] === 0) throw wrongMagic(file, view.getUint32(0))
  const type = elementTypes.find((one) => one.code === bytes[2])
  if (type === undefined) throw unsupportedType(file, bytes[2])
  const rank = bytes[3]
  const start = 4 + 4 * rank
  if (bytes.length < start) throw truncated(file, bytes.length, `its header of rank ${rank} takes ${start} bytes`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const length = sizeOf(shape)
  const end = start + length * type.bytes
  if (bytes.length < end)
    throw truncated(file, bytes.length, `its header says ${describe(type.name, shape)}: ${end} bytes`)
  if (bytes.length > end) throw trailing(file, bytes.length - end, `${describe(type.name, shape)} in ${end} bytes`)
  if (type.name === 'uint8') return { shape, values: bytes.subarray(start) }
  const values = type.make(length)
  for (let i = 0; i < length; i++) values[i] = type.get(view, start + i * type.bytes)
  return { shape, values }
}

function describe(type: string, shape: readonly number[]): string {
  return `${type} ${formatShape(shape)}`
}

function wrongMagic(file: string, magic: number): ThalwegError {
  return new ThalwegError('data/idx-magic', {
    rule: `read ${file}: an IDX file must begin with two zero bytes, a type code and a rank of at least 1`,
    received: `magic number 0x${magic.toString(16).padStart(8, '0')}`,
    try: 'check that this is the image or label file itself (images begin 0x00000803, labels 0x00000801)',
  })
}

function unsupportedType(file: string, code: number): ThalwegError {
  const known = elementTypes.map((type) => `0x${type.code.toString(16).padStart(2, '0')} ${type.name}`).join(', ')
  return new ThalwegError('data/idx-type', {
    rule: `read ${file}: the type code must be one of ${known}`,
    received: `0x${code.toString(16).padStart(2, '0')}`,
    try: 'write the file again with one of these types; images and labels use 0x08',
  })
}

function truncated(file: string, length: number, wanted: string): ThalwegError {
  return new ThalwegError('data/idx-truncated', {
    rule: `read ${file}: the file must hold every value its header announces`,
    received: `${length} bytes, but ${wanted}`,
    try: 'download the file again: it is cut off',
  })
}

function trailing(file: string, extra: number, wanted: string): ThalwegError {
  return new ThalwegError('data/idx-trailing', {
    rule: `read ${file}: nothing may follow the last value`,
    received: `${extra} bytes after ${wanted}`,
    try: 'check the sizes in the header, or whether two files were joined',
  })
}

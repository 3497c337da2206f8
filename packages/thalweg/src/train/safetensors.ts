/**
 * Named arrays as bytes, in the safetensors format (Hugging Face): the length of the header as 8 little-endian bytes, a
 * JSON header padded with spaces to a multiple of 8, the data without gaps. What is written here carries a SHA-256 over
 * every other byte of the file in its metadata, so that a torn, truncated or flipped file is found before it is used.
 *
 * Strict on purpose: whatever deviates is refused with a three-line error; nothing is guessed or repaired.
 */
import { formatShape, internal, type Shape, sizeOf, ThalwegError, type TypedArray } from '../base/index.ts'
import { sha256 } from '../data/index.ts'

export interface StoredArray {
  readonly shape: Shape
  readonly data: TypedArray
}

export interface StoredArrays {
  readonly arrays: ReadonlyMap<string, StoredArray>
  /** Free text under free names; the names that begin with `thalweg.` are this library's. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Name of the metadata entry that holds the checksum. */
const CHECKSUM = 'thalweg.sha256'
/** Stands in for the checksum while it is being worked out; as long as the real one. */
const BLANK = '0'.repeat(64)
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000

type StoredType = 'F32' | 'F64' | 'I32'
const BYTES: Readonly<Record<StoredType, number>> = { F32: 4, F64: 8, I32: 4 }

/** The bytes of a file that holds `arrays` in the order of the map. */
export async function encodeSafetensors({ arrays, metadata }: StoredArrays): Promise<Uint8Array> {
  // Without a prototype, so that an array may be called anything.
  const header: Record<string, unknown> = Object.create(null)
  header.__metadata__ = { ...metadata, [CHECKSUM]: BLANK }
  let length = 0
  // The widest first: each array is then aligned to its own element size (the sort keeps the order of equals).
  const entries = [...arrays].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  for (const [name, { shape, data }] of entries) {
    if (sizeOf(shape) !== data.length) throw internal(`array ${name} does not fit its shape ${formatShape(shape)}`)
    header[name] = { dtype: typeOf(data), shape, data_offsets: [length, length + data.byteLength] }
    length += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const headerLength = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + headerLength + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  bytes.fill(0x20, 8 + text.length, 8 + headerLength)
  bytes.set(text, 8)
  let offset = 8 + headerLength
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  const place = findText(bytes, `"${CHECKSUM}":"`, 8)
  bytes.set(new TextEncoder().encode(await sha256(bytes)), place)
  return bytes
}

export interface DecodeOptions {
  /** Whether a file without a checksum is refused. Default false: files of other tools have none. */
  readonly sealed?: boolean
}

/**
 * Reads what {@link encodeSafetensors} wrote, or any safetensors file of F32, F64 and I32 arrays.
 *
 * @param file what errors call it
 * @throws ThalwegError `train/bad-checkpoint` for anything malformed, truncated or altered
 */
export async function decodeSafetensors(
  bytes: Uint8Array,
  file: string,
  { sealed = false }: DecodeOptions = {},
): Promise<StoredArrays> {
  const { header, dataStart } = readHeader(bytes, file)
  const metadata = readMetadata(header.__metadata__, file)
  const arrays = new Map<string, StoredArray>()
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__')
  const places = entries.map(([name, entry]) => ({ name, ...readEntry(name, entry, file) }))
  let end = 0
  for (const { name, type, shape, begin, length } of places.sort(inOrder)) {
    if (begin !== end) throw malformed(file, 'arrays must follow each other without gaps', `${name} at ${begin}`)
    end += length
    if (dataStart + end > bytes.length) throw truncated(file, bytes.length, `at least ${dataStart + end}`)
    arrays.set(name, { shape, data: readData(type, copyOf(bytes.subarray(dataStart + begin, dataStart + end)).buffer) })
  }
  if (dataStart + end !== bytes.length) {
    throw malformed(file, 'the data must end where the last array ends', `${bytes.length - dataStart - end} bytes more`)
  }
  const checksum = metadata[CHECKSUM]
  if (checksum !== undefined) await verify(bytes, dataStart, checksum, file)
  else if (sealed) throw malformed(file, 'there must be a checksum', 'none')
  const { [CHECKSUM]: _, ...rest } = metadata
  return { arrays, metadata: rest }
}

/** By place; an array without elements comes before what begins where it lies. */
function inOrder(a: Entry, b: Entry): number {
  return a.begin - b.begin || a.length - b.length
}

function typeOf(data: TypedArray): StoredType {
  if (data instanceof Float64Array) return 'F64'
  return data instanceof Float32Array ? 'F32' : 'I32'
}

/** A copy, also where the bytes are one of Node's buffers, whose own `slice` copies nothing. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

function readData(type: StoredType, buffer: ArrayBuffer): TypedArray {
  if (type === 'F64') return new Float64Array(buffer)
  return type === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer)
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw truncated(file, bytes.length, 'at least 8')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES) throw malformed(file, 'the header must be at most 100 MB long', `${length} bytes`)
  const dataStart = 8 + Number(length)
  if (dataStart > bytes.length) throw truncated(file, bytes.length, `at least ${dataStart}`)
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataStart)))
  } catch (cause) {
    throw malformed(file, 'the header must be JSON', cause instanceof Error ? firstLine(cause.message) : 'no JSON')
  }
  if (!isRecord(header)) throw malformed(file, 'the header must be a JSON object', firstLine(JSON.stringify(header)))
  return { header, dataStart }
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {}
  const texts = isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
  if (!texts) throw malformed(file, '__metadata__ must map names to texts', firstLine(JSON.stringify(value)))
  return value as Record<string, string>
}

interface Entry {
  readonly type: StoredType
  readonly shape: Shape
  readonly begin: number
  readonly length: number
}

function readEntry(name: string, value: unknown, file: string): Entry {
  const entry = isRecord(value) ? value : {}
  const { dtype, shape, data_offsets: offsets } = entry
  if (dtype !== 'F32' && dtype !== 'F64' && dtype !== 'I32') {
    throw malformed(file, `the dtype of ${name} must be F32, F64 or I32`, firstLine(JSON.stringify(value) ?? 'nothing'))
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw malformed(file, `${name} must have a shape and two data_offsets`, firstLine(JSON.stringify(value)))
  }
  const [begin, end] = offsets
  if (end - begin !== sizeOf(shape) * BYTES[dtype]) {
    throw malformed(file, `${name} must have as many bytes as its shape needs`, firstLine(JSON.stringify(value)))
  }
  return { type: dtype, shape, begin, length: end - begin }
}

/** The checksum was worked out while zeros stood in its place. */
async function verify(bytes: Uint8Array, dataStart: number, checksum: string, file: string): Promise<void> {
  const blank = copyOf(bytes)
  const place = findText(blank, `"${CHECKSUM}":"`, 8)
  const inHeader = place >= 8 && place + BLANK.length < dataStart && checksum.length === BLANK.length
  if (!inHeader) throw malformed(file, 'the checksum must be 64 hex digits', checksum)
  blank.set(new TextEncoder().encode(BLANK), place)
  const found = await sha256(blank)
  if (found === checksum) return
  throw malformed(
    file,
    'the content must match its checksum',
    `${found.slice(0, 16)}..., not ${checksum.slice(0, 16)}...`,
  )
}

/** Where the bytes after `text` begin; -1 where it does not occur. */
function findText(bytes: Uint8Array, text: string, from: number): number {
  const wanted = new TextEncoder().encode(text)
  search: for (let start = from; start + wanted.length <= bytes.length; start++) {
    for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) continue search
    return start + wanted.length
  }
  return -1
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? ''
  return line.length > 120 ? `${line.slice(0, 117)}...` : line
}

function malformed(file: string, rule: string, received: string): ThalwegError {
  return new ThalwegError('train/bad-checkpoint', {
    rule: `read ${file}: ${rule}`,
    received,
    try: 'use an earlier checkpoint of the run; this file was damaged or is no safetensors file',
  })
}

function truncated(file: string, length: number, needed: string): ThalwegError {
  return new ThalwegError('train/bad-checkpoint', {
    rule: `read ${file}: the file must be complete`,
    received: `${length} bytes, ${needed} needed`,
    try: 'use an earlier checkpoint of the run; this file was cut short',
  })
}

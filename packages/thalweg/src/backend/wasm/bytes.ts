/** Bytes that grow, and how numbers, names and vectors are written in a WebAssembly module. */

const FIRST_SIZE = 256
/** A byte and five more hold any number of 32 bits. */
const MOST_WITH_NUMBER = 6

export class Bytes {
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_SIZE)
  private view: DataView | undefined
  private used = 0

  get length(): number {
    return this.used
  }

  /** What has been written: a view, good until more is. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.used)
  }

  byte(value: number): this {
    if (this.used === this.buffer.length) this.reserve(1)
    this.buffer[this.used++] = value
    return this
  }

  append(bytes: ArrayLike<number>): this {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.used)
    this.used += bytes.length
    return this
  }

  // Nearly all that is ever written: an instruction and its number, in one call.

  /** A byte, then an integer from 0 to 2^32-1 as unsigned LEB128. */
  byteUnsigned(first: number, value: number): this {
    if (this.used + MOST_WITH_NUMBER > this.buffer.length) this.reserve(MOST_WITH_NUMBER)
    const { buffer } = this
    let end = this.used
    let rest = value
    buffer[end++] = first
    while (rest > 0x7f) {
      buffer[end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[end++] = rest
    this.used = end
    return this
  }

  /** A byte, then an integer within 32 bits as signed LEB128; 0..2^32-1 is taken as the same bits. */
  byteSigned(first: number, value: number): this {
    if (this.used + MOST_WITH_NUMBER > this.buffer.length) this.reserve(MOST_WITH_NUMBER)
    const { buffer } = this
    let end = this.used
    let rest = value | 0
    buffer[end++] = first
    while (rest < -0x40 || rest > 0x3f) {
      buffer[end++] = (rest & 0x7f) | 0x80
      rest >>= 7
    }
    buffer[end++] = rest & 0x7f
    this.used = end
    return this
  }

  /** Unsigned LEB128. */
  unsigned(value: number): this {
    let rest = value
    while (rest > 0x7f) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.byte(rest)
  }

  /** Signed LEB128 within 64 bits. */
  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value)
    while (rest < -0x40n || rest > 0x3fn) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    return this.byte(Number(rest & 0x7fn))
  }

  // Fixed sizes, little-endian.

  int32(value: number): this {
    this.reserve(4)
    this.numbers.setInt32(this.used, value, true)
    this.used += 4
    return this
  }

  int64(value: bigint): this {
    this.reserve(8)
    this.numbers.setBigInt64(this.used, value, true)
    this.used += 8
    return this
  }

  float32(value: number): this {
    this.reserve(4)
    this.numbers.setFloat32(this.used, value, true)
    this.used += 4
    return this
  }

  float64(value: number): this {
    this.reserve(8)
    this.numbers.setFloat64(this.used, value, true)
    this.used += 8
    return this
  }

  /** A length, then that many UTF-8 bytes. */
  text(value: string): this {
    const bytes = new TextEncoder().encode(value)
    return this.unsigned(bytes.length).append(bytes)
  }

  /** Made when it is first needed: most of what is written holds no number of a fixed size. */
  private get numbers(): DataView {
    this.view ??= new DataView(this.buffer.buffer)
    return this.view
  }

  /** Makes room for so many bytes more. */
  private reserve(count: number): void {
    if (this.used + count <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(2 * this.buffer.length, this.used + count))
    larger.set(this.buffer)
    this.buffer = larger
    this.view = undefined
  }
}

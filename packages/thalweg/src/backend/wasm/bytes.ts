/** How numbers, names and vectors are written in a WebAssembly module. */

/** Unsigned LEB128. */
export function unsigned(out: number[], value: number): void {
  let rest = value
  while (rest > 0x7f) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
}

/** Signed LEB128 of an integer within 32 bits; 0..2^32-1 is taken as the same bits. */
export function signed32(out: number[], value: number): void {
  let rest = value | 0
  while (rest < -0x40 || rest > 0x3f) {
    out.push((rest & 0x7f) | 0x80)
    rest >>= 7
  }
  out.push(rest & 0x7f)
}

/** Signed LEB128 within 64 bits. */
export function signed64(out: number[], value: bigint): void {
  let rest = BigInt.asIntN(64, value)
  while (rest < -0x40n || rest > 0x3fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest & 0x7fn))
}

export function float32(out: number[], value: number): void {
  out.push(...new Uint8Array(new Float32Array([value]).buffer))
}

export function float64(out: number[], value: number): void {
  out.push(...new Uint8Array(new Float64Array([value]).buffer))
}

/** A length, then that many UTF-8 bytes. */
export function text(out: number[], value: string): void {
  const bytes = new TextEncoder().encode(value)
  unsigned(out, bytes.length)
  append(out, bytes)
}

/** Unlike `push(...bytes)`, good for any length. */
export function append(out: number[], bytes: Iterable<number>): void {
  for (const byte of bytes) out.push(byte)
}

/**
 * Names and numbers of the WebAssembly instructions that this backend uses: core, SIMD, bulk memory, relaxed SIMD. The
 * names are those of the WebAssembly text format. An entry is the instruction's bytes; a prefixed one is [prefix, number].
 */

/** Instructions whose operands all come from the stack. */
export const PLAIN_OPS = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,

  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.gt_u': 0x56,
  'i64.ge_u': 0x5a,

  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_u': 0x6e,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'i64.add': 0x7c,
  'i64.and': 0x83,
  'i64.or': 0x84,

  'f32.add': 0x92,

  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_u': 0xad,
  'f32.convert_i32_s': 0xb2,

  'i32x4.splat': [0xfd, 0x11],
  'f32x4.splat': [0xfd, 0x13],

  'i32x4.eq': [0xfd, 0x37],
  'i32x4.ne': [0xfd, 0x38],
  'i32x4.lt_s': [0xfd, 0x39],
  'i32x4.lt_u': [0xfd, 0x3a],
  'i32x4.gt_s': [0xfd, 0x3b],
  'i32x4.le_s': [0xfd, 0x3d],
  'i32x4.ge_s': [0xfd, 0x3f],
  'f32x4.eq': [0xfd, 0x41],
  'f32x4.ne': [0xfd, 0x42],
  'f32x4.lt': [0xfd, 0x43],
  'f32x4.gt': [0xfd, 0x44],
  'f32x4.le': [0xfd, 0x45],
  'f32x4.ge': [0xfd, 0x46],
  'f64x2.eq': [0xfd, 0x47],
  'f64x2.lt': [0xfd, 0x49],
  'f64x2.gt': [0xfd, 0x4a],

  'v128.not': [0xfd, 0x4d],
  'v128.and': [0xfd, 0x4e],
  /** a & ~b */
  'v128.andnot': [0xfd, 0x4f],
  'v128.or': [0xfd, 0x50],
  'v128.xor': [0xfd, 0x51],
  /** (a, b, mask): bits of a where the mask is 1, of b where it is 0. */
  'v128.bitselect': [0xfd, 0x52],
  'v128.any_true': [0xfd, 0x53],
  'f32x4.demote_f64x2_zero': [0xfd, 0x5e],
  'f64x2.promote_low_f32x4': [0xfd, 0x5f],

  'f32x4.ceil': [0xfd, 0x67],
  'f32x4.floor': [0xfd, 0x68],
  'f32x4.trunc': [0xfd, 0x69],
  'f32x4.nearest': [0xfd, 0x6a],
  'f64x2.nearest': [0xfd, 0x94],

  'i32x4.abs': [0xfd, 0xa0],
  'i32x4.neg': [0xfd, 0xa1],
  'i32x4.shl': [0xfd, 0xab],
  'i32x4.shr_s': [0xfd, 0xac],
  'i32x4.shr_u': [0xfd, 0xad],
  'i32x4.add': [0xfd, 0xae],
  'i32x4.sub': [0xfd, 0xb1],
  'i32x4.mul': [0xfd, 0xb5],
  'i32x4.min_s': [0xfd, 0xb6],
  'i32x4.min_u': [0xfd, 0xb7],
  'i32x4.max_s': [0xfd, 0xb8],
  'i32x4.max_u': [0xfd, 0xb9],
  'i64x2.shl': [0xfd, 0xcb],
  'i64x2.add': [0xfd, 0xce],
  'i64x2.extmul_low_i32x4_u': [0xfd, 0xde],
  'i64x2.extmul_high_i32x4_u': [0xfd, 0xdf],

  'f32x4.abs': [0xfd, 0xe0],
  'f32x4.neg': [0xfd, 0xe1],
  'f32x4.sqrt': [0xfd, 0xe3],
  'f32x4.add': [0xfd, 0xe4],
  'f32x4.sub': [0xfd, 0xe5],
  'f32x4.mul': [0xfd, 0xe6],
  'f32x4.div': [0xfd, 0xe7],
  /** NaN if either is NaN. */
  'f32x4.min': [0xfd, 0xe8],
  'f32x4.max': [0xfd, 0xe9],
  /** b < a ? b : a */
  'f32x4.pmin': [0xfd, 0xea],
  /** a < b ? b : a */
  'f32x4.pmax': [0xfd, 0xeb],
  'f64x2.neg': [0xfd, 0xed],
  'f64x2.add': [0xfd, 0xf0],
  'f64x2.sub': [0xfd, 0xf1],
  'f64x2.mul': [0xfd, 0xf2],
  'f64x2.div': [0xfd, 0xf3],
  'f64x2.pmin': [0xfd, 0xf6],
  'f64x2.pmax': [0xfd, 0xf7],

  'i32x4.trunc_sat_f32x4_s': [0xfd, 0xf8],
  'f32x4.convert_i32x4_s': [0xfd, 0xfa],
  'f64x2.convert_low_i32x4_s': [0xfd, 0xfe],

  /** a * b + c, fused or not as the engine likes; only where features say so. */
  'f32x4.relaxed_madd': [0xfd, 0x105],
} as const

/** Loads and stores: an address from the stack, a constant byte offset and an alignment in the code. `[bytes, log2 align]` */
export const MEMORY_OPS = {
  'i32.load': [0x28, 2],
  'i32.store': [0x36, 2],
  'f32.store': [0x38, 2],
  'v128.load': [[0xfd, 0x00], 4],
  'v128.load32_splat': [[0xfd, 0x09], 2],
  'v128.load64_splat': [[0xfd, 0x0a], 3],
  'v128.store': [[0xfd, 0x0b], 4],
  'v128.load32_zero': [[0xfd, 0x5c], 2],
  'v128.load64_zero': [[0xfd, 0x5d], 3],
} as const

/**
 * Atomic accesses, sequentially consistent: an address from the stack, then the operands. They trap where the address is not
 * a multiple of the size. `[number behind the prefix 0xfe, log2 align]`
 */
export const ATOMIC_OPS = {
  /** (address, count) -> how many were woken. */
  'memory.atomic.notify': [0x00, 2],
  /** (address, expected, nanoseconds or -1) -> 0 woken, 1 another value was there, 2 time is up. */
  'memory.atomic.wait32': [0x01, 2],
  'memory.atomic.wait64': [0x02, 3],
  'i32.atomic.load': [0x10, 2],
  'i64.atomic.load': [0x11, 3],
  'i32.atomic.store': [0x17, 2],
  'i64.atomic.store': [0x18, 3],
  /** (address, value) -> what was there. */
  'i32.atomic.rmw.add': [0x1e, 2],
  /** (address, expected, replacement) -> what was there. */
  'i64.atomic.rmw.cmpxchg': [0x49, 3],
} as const

/** Loads and stores of one lane: address and vector from the stack. */
export const MEMORY_LANE_OPS = {
  'v128.load32_lane': [0x56, 2],
  'v128.store32_lane': [0x5a, 2],
  'v128.store64_lane': [0x5b, 3],
} as const

/** Reads or replaces the lane whose number stands in the code. */
export const LANE_OPS = {
  'i32x4.extract_lane': 0x1b,
  'f32x4.extract_lane': 0x1f,
  'f32x4.replace_lane': 0x20,
} as const

export type PlainOp = keyof typeof PLAIN_OPS
export type MemoryOp = keyof typeof MEMORY_OPS
export type AtomicOp = keyof typeof ATOMIC_OPS
export type MemoryLaneOp = keyof typeof MEMORY_LANE_OPS
export type LaneOp = keyof typeof LANE_OPS

/** Value types as they stand in a module. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const
export type ValueType = keyof typeof VALUE_TYPES

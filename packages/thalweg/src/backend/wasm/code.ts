/**
 * The body of one WebAssembly function, written instruction by instruction. Locals are objects, so that a number always
 * means a constant. Every method returns the code itself: `code.get(a).get(b).op('f32x4.mul').set(product)`.
 *
 * It checks nothing that `WebAssembly.validate` checks; it only makes sure that blocks and labels nest.
 */
import { internal } from '../../base/index.ts'
import { Bytes } from './bytes.ts'
import {
  ATOMIC_OPS,
  type AtomicOp,
  LANE_OPS,
  type LaneOp,
  MEMORY_LANE_OPS,
  MEMORY_OPS,
  type MemoryLaneOp,
  type MemoryOp,
  PLAIN_OPS,
  type PlainOp,
  VALUE_TYPES,
  type ValueType,
} from './opcodes.ts'

export interface Local {
  readonly index: number
  readonly type: ValueType
}

/** An int32 operand: a constant, or a local. */
export type Int = number | Local

/** A function of the module that is being written. */
export interface FunctionReference {
  readonly index: number
}

/** Where a branch may go: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number
}

const BLOCK = 0x02
const LOOP = 0x03
const IF = 0x04
const ELSE = 0x05
const END = 0x0b
const BR = 0x0c
const BR_IF = 0x0d
const CALL = 0x10
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I64_CONST = 0x42
const F32_CONST = 0x43
const F64_CONST = 0x44
const BULK = 0xfc
const MEMORY_COPY = 10
const MEMORY_FILL = 11
const SIMD = 0xfd
const ATOMIC = 0xfe
const V128_CONST = 0x0c
const SHUFFLE = 0x0d
const NO_RESULT = 0x40

export class Code {
  readonly parameters: readonly Local[]
  /** Neighbours of one type together, as a module lists them. */
  private readonly runs: { readonly type: ValueType; count: number }[] = []
  private lastLocal: number
  private readonly bytes = new Bytes()
  private depth = 0

  constructor(parameters: readonly ValueType[]) {
    this.lastLocal = parameters.length - 1
    this.parameters = parameters.map((type, index) => ({ index, type }))
  }

  /** A new local; 0 when the function begins. */
  local(type: ValueType): Local {
    const last = this.runs[this.runs.length - 1]
    if (last?.type === type) last.count++
    else this.runs.push({ type, count: 1 })
    return { index: ++this.lastLocal, type }
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type))
  }

  get(local: Local): this {
    this.bytes.byteUnsigned(LOCAL_GET, local.index)
    return this
  }

  set(local: Local): this {
    this.bytes.byteUnsigned(LOCAL_SET, local.index)
    return this
  }

  /** Like `set`, and leaves the value on the stack. */
  tee(local: Local): this {
    this.bytes.byteUnsigned(LOCAL_TEE, local.index)
    return this
  }

  /** An int32 constant, or the value of an int32 local. */
  int(value: Int): this {
    return typeof value === 'number' ? this.i32(value) : this.get(value)
  }

  /** Several of them, as the arguments of a call. */
  ints(...values: readonly Int[]): this {
    for (const value of values) this.int(value)
    return this
  }

  i32(value: number): this {
    this.bytes.byteSigned(I32_CONST, value)
    return this
  }

  i64(value: bigint): this {
    this.bytes.byte(I64_CONST).signed64(value)
    return this
  }

  f32(value: number): this {
    this.bytes.byte(F32_CONST).float32(value)
    return this
  }

  f64(value: number): this {
    this.bytes.byte(F64_CONST).float64(value)
    return this
  }

  /** A vector constant of four floats; one float stands for all four. */
  f32x4(...lanes: readonly [number] | readonly [number, number, number, number]): this {
    this.vector()
    for (let i = 0; i < 4; i++) this.bytes.float32(lanes[i] ?? lanes[0])
    return this
  }

  /** A vector constant of four int32; one stands for all four. */
  i32x4(...lanes: readonly [number] | readonly [number, number, number, number]): this {
    this.vector()
    for (let i = 0; i < 4; i++) this.bytes.int32(lanes[i] ?? lanes[0])
    return this
  }

  f64x2(...lanes: readonly [number] | readonly [number, number]): this {
    this.vector()
    for (let i = 0; i < 2; i++) this.bytes.float64(lanes[i] ?? lanes[0])
    return this
  }

  i64x2(...lanes: readonly [bigint] | readonly [bigint, bigint]): this {
    this.vector()
    for (let i = 0; i < 2; i++) this.bytes.int64(lanes[i] ?? lanes[0])
    return this
  }

  op(name: PlainOp): this {
    const code = PLAIN_OPS[name]
    if (typeof code === 'number') this.bytes.byte(code)
    else this.bytes.byteUnsigned(code[0], code[1])
    return this
  }

  /** Address from the stack, plus `offset` bytes (0 or more; free at run time). */
  load(name: Extract<MemoryOp, `${string}load${string}`>, offset = 0): this {
    return this.access(name, offset)
  }

  /** Address and value from the stack. */
  store(name: Extract<MemoryOp, `${string}store${string}`>, offset = 0): this {
    return this.access(name, offset)
  }

  /** Address and vector from the stack: loads into, or stores from, lane `lane`. */
  memoryLane(name: MemoryLaneOp, lane: number, offset = 0): this {
    const [code, align] = MEMORY_LANE_OPS[name]
    this.bytes.byteUnsigned(SIMD, code)
    this.memoryArgument(align, offset)
    this.bytes.byte(lane)
    return this
  }

  /** Address, then operands from the stack. */
  atomic(name: AtomicOp, offset = 0): this {
    const [code, align] = ATOMIC_OPS[name]
    this.bytes.byteUnsigned(ATOMIC, code)
    // Unlike others, these must state the alignment they have.
    this.bytes.byteUnsigned(align, offset)
    return this
  }

  lane(name: LaneOp, lane: number): this {
    this.bytes.byte(SIMD).byte(LANE_OPS[name]).byte(lane)
    return this
  }

  /** Picks four 32-bit lanes: 0..3 from the first vector, 4..7 from the second. */
  shuffle(a: number, b: number, c: number, d: number): this {
    this.bytes.byte(SIMD).byte(SHUFFLE)
    for (const lane of [a, b, c, d]) for (let i = 0; i < 4; i++) this.bytes.byte(4 * lane + i)
    return this
  }

  /** (to, from, bytes) from the stack. */
  copyMemory(): this {
    this.bytes.append([BULK, MEMORY_COPY, 0, 0])
    return this
  }

  /** (to, byte value, bytes) from the stack. */
  fillMemory(): this {
    this.bytes.append([BULK, MEMORY_FILL, 0])
    return this
  }

  call(callee: FunctionReference): this {
    this.bytes.byteUnsigned(CALL, callee.index)
    return this
  }

  /** A branch to its label leaves the block. */
  block(body: (leave: Label) => void): this {
    return this.nested(BLOCK, NO_RESULT, body)
  }

  /** A branch to its label starts the body again; the end of the body is the end of the loop. */
  loop(body: (again: Label) => void): this {
    return this.nested(LOOP, NO_RESULT, body)
  }

  /** Condition (i32) from the stack. With a result type, both branches leave one value. */
  if(then: () => void, otherwise?: () => void, result?: ValueType): this {
    const type = result === undefined ? NO_RESULT : VALUE_TYPES[result]
    return this.nested(IF, type, () => {
      then()
      if (otherwise === undefined) return
      this.bytes.byte(ELSE)
      otherwise()
    })
  }

  branch(label: Label): this {
    this.bytes.byteUnsigned(BR, this.distance(label))
    return this
  }

  /** Condition (i32) from the stack. */
  branchIf(label: Label): this {
    this.bytes.byteUnsigned(BR_IF, this.distance(label))
    return this
  }

  /** Pushes `base + sum of index * scale`: an address, say. Constant parts are worked out here. */
  sum(base: Int, ...terms: readonly (readonly [index: Int, scale: number])[]): this {
    let fixed = typeof base === 'number' ? base : 0
    const parts: (readonly [index: Local, scale: number])[] = typeof base === 'number' ? [] : [[base, 1]]
    for (const [index, scale] of terms)
      if (typeof index === 'number') fixed += index * scale
      else if (scale !== 0) parts.push([index, scale])
    parts.forEach(([index, scale], i) => {
      this.get(index)
      if (scale !== 1) this.i32(scale).op('i32.mul')
      if (i > 0) this.op('i32.add')
    })
    if (parts.length === 0) return this.i32(fixed)
    return fixed === 0 ? this : this.i32(fixed).op('i32.add')
  }

  /** local += by, on int32. */
  increase(local: Local, by: Int): this {
    if (by === 0) return this
    return this.get(local).int(by).op('i32.add').set(local)
  }

  /**
   * `for (counter = start; counter < end; counter += step) body()`, compared as signed int32, tested before the first round
   * unless start and end are constants. After the loop the counter is the first value that failed the test.
   */
  for(counter: Local, start: Int, end: Int, step: Int, body: () => void): this {
    this.int(start).set(counter)
    return this.while(counter, start, end, step, body)
  }

  /** `for` from where the counter stands. */
  forRest(counter: Local, end: Int, step: Int, body: () => void): this {
    return this.while(counter, counter, end, step, body)
  }

  private while(counter: Local, start: Int, end: Int, step: Int, body: () => void): this {
    const known = typeof start === 'number' && typeof end === 'number'
    if (known && start >= end) return this
    const rounds = (): void => {
      this.loop((again) => {
        body()
        this.increase(counter, step)
        if (known && typeof step === 'number' && start + step >= end) return
        this.get(counter).int(end).op('i32.lt_s').branchIf(again)
      })
    }
    if (known) rounds()
    else this.get(counter).int(end).op('i32.lt_s').if(rounds)
    return this
  }

  /** The body as it stands in the code section: its locals, its instructions, its end. */
  finish(): Uint8Array {
    if (this.depth !== 0) throw internal('a block of generated code was not closed')
    const out = new Bytes().unsigned(this.runs.length)
    for (const { type, count } of this.runs) out.unsigned(count).byte(VALUE_TYPES[type])
    return out.append(this.bytes.written).byte(END).written
  }

  private vector(): void {
    this.bytes.byte(SIMD).byte(V128_CONST)
  }

  private access(name: MemoryOp, offset: number): this {
    const [code, align] = MEMORY_OPS[name]
    if (typeof code === 'number') this.bytes.byte(code)
    else this.bytes.byteUnsigned(code[0], code[1])
    this.memoryArgument(align, offset)
    return this
  }

  private memoryArgument(align: number, offset: number): void {
    if (offset < 0) throw internal('a memory offset in generated code is negative', String(offset))
    // Only elements are aligned, not vectors: four bytes are all that can be promised.
    this.bytes.byteUnsigned(align < 2 ? align : 2, offset)
  }

  private nested(code: number, type: number, body: (label: Label) => void): this {
    this.bytes.byte(code).byte(type)
    this.depth += 1
    body({ depth: this.depth })
    this.depth -= 1
    this.bytes.byte(END)
    return this
  }

  private distance(label: Label): number {
    const distance = this.depth - label.depth
    if (distance < 0) throw internal('a branch in generated code leaves for a block that is closed')
    return distance
  }
}

/**
 * Moving one to four elements between memory and the lanes of a vector. Elements are four bytes; `stride` counts elements.
 * A tail of one to three elements goes the same way as a full vector, so that both run the same arithmetic.
 */
import type { DType } from '../../base/index.ts'
import type { Code, Local } from './code.ts'
import { and, apply, int, keep, push, type Registers, type Term } from './terms.ts'

/** How many lanes hold elements; the others hold anything. */
export type Lanes = 1 | 2 | 3 | 4
export const LANES = 4
const BYTES = 4

/** The byte `offset` behind the address in `base`. */
export interface Place {
  readonly base: Local
  readonly offset: number
}

/** The place `elements` further on. */
export function further({ base, offset }: Place, elements: number): Place {
  return { base, offset: offset + elements * BYTES }
}

/** Pushes an address; returns what is left to be given as the constant offset of the access, which cannot be negative. */
function pushAddress(code: Code, { base, offset }: Place): number {
  code.get(base)
  if (offset >= 0) return offset
  code.i32(offset).op('i32.add')
  return 0
}

/** In registers a bool is a mask of all bits of a lane; in memory it is the int32 0 or 1. */
function asMask(loaded: Term): Term {
  return apply('i32x4.ne', loaded, int(0))
}

/** Lane i is the element at `place + i * stride`. */
export function loadLanes(place: Place, stride: number, lanes: Lanes, dtype: DType): Term {
  const loaded = (code: Code): void => {
    if (stride === 0) {
      const offset = pushAddress(code, place)
      code.load('v128.load32_splat', offset)
    } else if (stride === 1) loadNeighbours(code, place, lanes)
    else loadStrided(code, place, stride, lanes)
  }
  return dtype === 'bool' ? asMask(loaded) : loaded
}

function loadNeighbours(code: Code, place: Place, lanes: Lanes): void {
  if (lanes === 3) {
    const third = pushAddress(code, further(place, 2))
    const first = pushAddress(code, place)
    code.load('v128.load64_zero', first).memoryLane('v128.load32_lane', 2, third)
    return
  }
  const offset = pushAddress(code, place)
  code.load(lanes === 4 ? 'v128.load' : lanes === 2 ? 'v128.load64_zero' : 'v128.load32_zero', offset)
}

function loadStrided(code: Code, place: Place, stride: number, lanes: Lanes): void {
  const offsets = new Array<number>(lanes)
  for (let lane = lanes - 1; lane >= 0; lane--) offsets[lane] = pushAddress(code, further(place, lane * stride))
  code.load('v128.load32_zero', offsets[0])
  for (let lane = 1; lane < lanes; lane++) code.memoryLane('v128.load32_lane', lane, offsets[lane])
}

/** Lane i goes to the element at `place + i * stride`. With stride 0 all lanes must be the same value. */
export function storeLanes(
  registers: Registers,
  value: Term,
  place: Place,
  stride: number,
  lanes: Lanes,
  dtype: DType,
): void {
  const { code } = registers
  const stored = dtype === 'bool' ? and(value, int(1)) : value
  if (stride === 1 && lanes === LANES) {
    const offset = pushAddress(code, place)
    push(code, stored)
    code.store('v128.store', offset)
    return
  }
  const vector = keep(registers, stored)
  if (stride === 0) storeLane(code, vector, place, 0)
  else if (stride === 1 && lanes > 1) {
    const offset = pushAddress(code, place)
    code.get(vector).memoryLane('v128.store64_lane', 0, offset)
    if (lanes === 3) storeLane(code, vector, further(place, 2), 2)
  } else for (let lane = 0; lane < lanes; lane++) storeLane(code, vector, further(place, lane * stride), lane)
}

function storeLane(code: Code, vector: Local, place: Place, lane: number): void {
  const offset = pushAddress(code, place)
  code.get(vector).memoryLane('v128.store32_lane', lane, offset)
}

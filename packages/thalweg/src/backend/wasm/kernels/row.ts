/** A run of neighbouring elements, the same one in several arrays: by vectors, its last few by fewer lanes. */
import type { Local } from '../code.ts'
import { LANES, type Lanes } from '../lanes.ts'
import type { Registers } from '../terms.ts'

const BYTES = 4
const VECTOR = LANES * BYTES

/**
 * `emit` finds the elements `offset` bytes behind the addresses that it is given (which are not to be changed). A round of
 * the loop takes `atOnce` vectors; up to twice as many are written out without a loop.
 */
export function forRow(
  registers: Registers,
  width: number,
  starts: readonly Local[],
  emit: (lanes: Lanes, offset: number, addresses: readonly Local[]) => void,
  atOnce = 2,
): void {
  const { code } = registers
  const vectors = Math.floor(width / LANES)
  const looped = vectors <= 2 * atOnce ? 0 : vectors - (vectors % atOnce)
  registers.scope(() => {
    let addresses = starts
    if (looped > 0) {
      addresses = starts.map((start) => {
        const address = registers.take('i32')
        code.get(start).set(address)
        return address
      })
      const at = registers.take('i32')
      code.for(at, 0, looped, atOnce, () => {
        for (let v = 0; v < atOnce; v++) registers.scope(() => emit(LANES, v * VECTOR, addresses))
        for (const address of addresses) code.increase(address, atOnce * VECTOR)
      })
    }
    for (let v = looped; v < vectors; v++) registers.scope(() => emit(LANES, (v - looped) * VECTOR, addresses))
    const tail = width % LANES
    if (tail > 0) registers.scope(() => emit(tail as Lanes, (vectors - looped) * VECTOR, addresses))
  })
}

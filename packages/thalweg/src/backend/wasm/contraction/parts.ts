/** Sums that were collected in several parts. */
import type { FunctionReference } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'

const VECTOR = 16
/** What an element of a part takes, about. */
export const NS_PER_ADDED = 0.2

/**
 * Adds the other parts to the first, in their order. Parameters: first (address), bytes (a multiple of 16), distance (bytes
 * from part to part), parts.
 */
export function addParts(shared: SharedFunctions): FunctionReference {
  return shared.function('add parts', ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [to, bytes, distance, parts] = code.parameters
    const toEnd = code.local('i32')
    const from = code.local('i32')
    const part = code.local('i32')
    const sum = code.local('v128')
    code.sum(to, [bytes, 1]).set(toEnd)
    code.forRest(to, toEnd, VECTOR, () => {
      code.get(to).tee(from).load('v128.load').set(sum)
      code.for(part, 1, parts, 1, () => {
        code.increase(from, distance)
        code.get(sum).get(from).load('v128.load').op('f32x4.add').set(sum)
      })
      code.get(to).get(sum).store('v128.store')
    })
  })
}

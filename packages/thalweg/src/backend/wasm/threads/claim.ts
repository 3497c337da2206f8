/**
 * How pieces are given out: each thread has a range of them and takes its own in order; one that has none left takes from
 * the others. So threads meet the same part of each tensor again and again, and its lines stay in their caches, but nobody
 * waits for a thread that has not come.
 */
import type { ModuleBuilder } from '../assembler.ts'
import type { FunctionReference } from '../code.ts'
import { CLAIM_BYTES, CONTROL, LOW_BITS } from './control.ts'
import type { Sharing } from './divide.ts'

/**
 * A function that takes a piece of the turn and returns its number, or -1 where all are taken or the turn is over.
 * Parameters: thread, turn (i64), pieces.
 *
 * A claim that bears an older turn counts as 0: nobody has to reset it. A thread that comes late cannot take anything: of a
 * turn that is over every piece is taken, and the exchange fails where a newer turn has begun.
 */
export function writeClaim(
  builder: ModuleBuilder,
  control: number,
  threads: number,
  sharing: Sharing = 'worthwhile',
): FunctionReference {
  return builder.function(
    'claim',
    ['i32', 'i64', 'i32'],
    (code) => {
      const [thread, turn, pieces] = code.parameters
      const tries = code.local('i32')
      const owner = code.local('i32')
      const first = code.local('i32')
      const size = code.local('i32')
      const address = code.local('i32')
      const taken = code.local('i32')
      const word = code.local('i64')
      code.get(thread).set(owner)
      code.for(tries, 0, sharing === 'evenly' ? 1 : threads, 1, () => {
        code.get(owner).get(pieces).op('i32.mul').i32(threads).op('i32.div_u').set(first)
        code
          .sum(owner, [1, 1])
          .get(pieces)
          .op('i32.mul')
          .i32(threads)
          .op('i32.div_u')
          .get(first)
          .op('i32.sub')
          .set(size)
        code.sum(control, [owner, CLAIM_BYTES]).set(address)
        code.block((exhausted) => {
          code.loop((again) => {
            code.get(address).atomic('i64.atomic.load', CONTROL.claims).tee(word)
            code.op('i32.wrap_i64').i32(LOW_BITS).op('i32.and').set(taken)
            code.get(word).i64(BigInt(~LOW_BITS)).op('i64.and').get(turn).op('i64.ne')
            code.if(() => {
              code.get(word).get(turn).op('i64.gt_u')
              code.if(() => code.i32(-1).op('return'))
              code.i32(0).set(taken)
            })
            code.get(taken).get(size).op('i32.ge_u').branchIf(exhausted)
            code.get(address).get(word)
            code.sum(taken, [1, 1]).op('i64.extend_i32_u').get(turn).op('i64.or')
            code.atomic('i64.atomic.rmw.cmpxchg', CONTROL.claims).get(word).op('i64.ne').branchIf(again)
          })
          code.sum(first, [taken, 1]).op('return')
        })
        code.sum(owner, [1, 1]).set(owner)
        code.get(owner).i32(threads).op('i32.eq')
        code.if(() => code.i32(0).set(owner))
      })
      code.i32(-1)
    },
    ['i32'],
  )
}

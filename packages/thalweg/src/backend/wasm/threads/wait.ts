/** How threads wait: a short spin, in which most of what is waited for happens, then sleep. Code that all modules share. */
import type { ModuleBuilder } from '../assembler.ts'
import type { Code, FunctionReference, Int, Local } from '../code.ts'
import { CONTROL, FAILED, LOW_BITS } from './control.ts'

/** Looks at a word before going to sleep: some tens of microseconds, about what falling asleep and waking cost. */
const SPINS = 20_000
const FOREVER = -1n
const EVERYONE = -1

/** A function that waits until the turn is `wanted` or later, and returns it. Parameters: wanted (i64). */
export function writeReach(builder: ModuleBuilder, control: number): FunctionReference {
  return builder.function(
    'reach turn',
    ['i64'],
    (code) => {
      const [wanted] = code.parameters
      const now = code.local('i64')
      const spins = code.local('i32')
      code.loop((again) => {
        code.i32(control).atomic('i64.atomic.load', CONTROL.turn).tee(now)
        code.get(wanted).op('i64.ge_u')
        code.if(() => code.get(now).op('return'))
        spinOrSleep(code, control, spins, now)
        code.branch(again)
      })
      code.op('unreachable')
    },
    ['i64'],
  )
}

/** Counts a spin; after enough of them sleeps until the turn is no longer `now`. */
function spinOrSleep(code: Code, control: number, spins: Local, now: Local): void {
  code.increase(spins, 1)
  code.get(spins).i32(SPINS).op('i32.gt_u')
  code.if(() => {
    code.i32(0).set(spins)
    code.i32(control).i32(1).atomic('i32.atomic.rmw.add', CONTROL.sleepers).op('drop')
    code.i32(control).get(now).i64(FOREVER).atomic('memory.atomic.wait64', CONTROL.turn).op('drop')
    code.i32(control).i32(-1).atomic('i32.atomic.rmw.add', CONTROL.sleepers).op('drop')
  })
}

/**
 * A function for a helper between runs: waits for work. Returns the slot of the plan that is running, or -1 where there is
 * mail. Parameters: received (messages so far).
 */
export function writePark(builder: ModuleBuilder, control: number): FunctionReference {
  return builder.function(
    'park',
    ['i32'],
    (code) => {
      const [received] = code.parameters
      const now = code.local('i64')
      const job = code.local('i64')
      const spins = code.local('i32')
      code.loop((again) => {
        code.i32(control).atomic('i64.atomic.load', CONTROL.turn).set(now)
        code.i32(control).atomic('i64.atomic.load', CONTROL.job).set(job)
        emitIfMail(code, control, received, () => code.i32(-1).op('return'))
        code.get(job).op('i64.eqz').op('i32.eqz')
        code.if(() => code.get(job).op('i32.wrap_i64').i32(LOW_BITS).op('i32.and').op('return'))
        spinOrSleep(code, control, spins, now)
        code.branch(again)
      })
      code.op('unreachable')
    },
    ['i32'],
  )
}

/**
 * What a helper does where there is mail that it has not received. It is looked for after `job` was: the leader counts the mail
 * that brings a plan before it names the plan there, so without mail the job is of a plan that the helper has.
 */
export function emitIfMail(code: Code, control: number, received: Local, then: () => void): void {
  code.i32(control).atomic('i32.atomic.load', CONTROL.mail).get(received).op('i32.ne')
  code.if(then)
}

/** Opens a turn: from now on helpers may take its pieces. */
export function emitOpen(code: Code, control: number, turn: Local): void {
  code.i32(control).i32(0).atomic('i32.atomic.store', CONTROL.done)
  code.i32(control).get(turn).atomic('i64.atomic.store', CONTROL.turn)
  code.i32(control).atomic('i32.atomic.load', CONTROL.sleepers)
  code.if(() => code.i32(control).i32(EVERYONE).atomic('memory.atomic.notify', CONTROL.turn).op('drop'))
}

/** A helper says how many pieces it has finished. */
export function emitDone(code: Code, control: number, pieces: Int): void {
  code.i32(control).int(pieces).atomic('i32.atomic.rmw.add', CONTROL.done).op('drop')
  code.i32(control).atomic('i32.atomic.load', CONTROL.leaderSleeps)
  code.if(() => code.i32(control).i32(1).atomic('memory.atomic.notify', CONTROL.done).op('drop'))
}

/**
 * A function for the leader: waits until helpers have finished `pieces` pieces. Returns 1 where one of them broke, else 0.
 * Parameters: pieces, maySleep (0 on the main thread of a page, where sleeping is forbidden).
 */
export function writeFinish(builder: ModuleBuilder, control: number): FunctionReference {
  return builder.function(
    'finish turn',
    ['i32', 'i32'],
    (code) => {
      const [pieces, maySleep] = code.parameters
      const done = code.local('i32')
      const spins = code.local('i32')
      code.loop((again) => {
        code.i32(control).atomic('i32.atomic.load', CONTROL.done).tee(done)
        code.get(pieces).op('i32.eq')
        code.if(() => code.i32(0).op('return'))
        code.get(done).i32(FAILED).op('i32.ge_u')
        code.if(() => code.i32(1).op('return'))
        code.increase(spins, 1)
        code.get(spins).i32(SPINS).op('i32.gt_u').get(maySleep).op('i32.and')
        code.if(() => {
          code.i32(0).set(spins)
          code.i32(control).i32(1).atomic('i32.atomic.store', CONTROL.leaderSleeps)
          code.i32(control).get(done).i64(FOREVER).atomic('memory.atomic.wait32', CONTROL.done).op('drop')
          code.i32(control).i32(0).atomic('i32.atomic.store', CONTROL.leaderSleeps)
        })
        code.branch(again)
      })
      code.op('unreachable')
    },
    ['i32'],
  )
}

/**
 * A program walked by several threads. The leader, who is whoever runs the plan, opens one turn after another and works on
 * it; helpers follow. Between turns the leader runs alone what is too small to share.
 */
import type { ModuleBuilder } from '../assembler.ts'
import type { Code, FunctionReference, Int } from '../code.ts'
import type { Stage } from '../kernel.ts'
import { writeClaim } from './claim.ts'
import { CLAIM_BYTES, CONTROL, LOW_BITS, TURN } from './control.ts'
import type { Sharing, Turn } from './divide.ts'
import { emitDone, emitIfMail, emitOpen, writeFinish, writeReach } from './wait.ts'

export interface Walk {
  readonly turns: readonly Turn[]
  readonly threads: number
  readonly sharing: Sharing
  /** Address of the control block. */
  readonly control: number
  /** Number of the plan among those that helpers know: 1 to 65535. */
  readonly slot: number
}

/** Pushes the arguments of a stage and calls it, as thread number `thread`. */
export type CallStage = (code: Code, stage: Stage, start: Int, end: Int, thread: Int) => void

type SharedTurn = Extract<Turn, { kind: 'shared' }>

/**
 * Exports `lead(maySleep)`, which runs the program and returns 1 where a helper broke, else 0; and `help(thread, received)`,
 * which takes part in the run under way, if it is of this program, until it is over.
 */
export function writeWalk(builder: ModuleBuilder, walk: Walk, call: CallStage): void {
  const { control, threads, sharing, turns } = walk
  const claim = writeClaim(builder, control, threads, sharing)
  const shared = turns.filter((turn) => turn.kind === 'shared')
  const works = new Map(shared.map((turn) => [turn, writeTurn(builder, control, turn, claim, call)]))
  const workOf = (turn: SharedTurn): FunctionReference => works.get(turn) ?? { index: -1 }
  builder.export('lead', writeLead(builder, walk, workOf, call))
  builder.export('help', writeHelp(builder, walk, shared.map(workOf)))
}

/** A function that takes pieces of a turn until there are none. Parameters: thread, turn; returns how many it did. */
function writeTurn(
  builder: ModuleBuilder,
  control: number,
  { stage, units, pieces }: SharedTurn,
  claim: FunctionReference,
  call: CallStage,
): FunctionReference {
  return builder.function(
    `${stage.name}, shared`,
    ['i32', 'i64'],
    (code) => {
      const [thread, turn] = code.parameters
      const count = code.local('i32')
      const piece = code.local('i32')
      const start = code.local('i32')
      const end = code.local('i32')
      const isWhole = units * pieces === stage.units
      code.block((none) => {
        code.loop((again) => {
          code.get(thread).get(turn).i32(pieces).call(claim).tee(piece)
          code.i32(0).op('i32.lt_s').branchIf(none)
          code.get(piece).i32(units).op('i32.mul').tee(start)
          code.i32(units).op('i32.add').set(end)
          if (!isWhole) {
            code.get(end).i32(stage.units)
            code.get(end).i32(stage.units).op('i32.lt_u').op('select').set(end)
          }
          call(code, stage, start, end, thread)
          code.increase(count, 1)
          code.branch(again)
        })
      })
      code.sum(control, [thread, CLAIM_BYTES]).tee(piece)
      code.get(piece).load('i32.load', CONTROL.pieces).get(count).op('i32.add').store('i32.store', CONTROL.pieces)
      code.get(count)
    },
    ['i32'],
  )
}

function writeLead(
  builder: ModuleBuilder,
  { turns, control, slot }: Walk,
  workOf: (turn: SharedTurn) => FunctionReference,
  call: CallStage,
): FunctionReference {
  const finish = writeFinish(builder, control)
  return builder.function(
    'lead',
    ['i32'],
    (code) => {
      const [maySleep] = code.parameters
      const turn = code.local('i64')
      const next = (): void => {
        code.get(turn).i64(TURN).op('i64.add').set(turn)
      }
      code.i32(control).atomic('i64.atomic.load', CONTROL.turn).set(turn)
      next()
      code.i32(control).get(turn).i64(BigInt(slot)).op('i64.or').atomic('i64.atomic.store', CONTROL.job)
      for (const each of turns) {
        if (each.kind === 'alone') {
          for (const stage of each.stages) call(code, stage, 0, stage.units, 0)
          continue
        }
        emitOpen(code, control, turn)
        code.i32(each.pieces).i32(0).get(turn).call(workOf(each)).op('i32.sub')
        code.get(maySleep).call(finish)
        code.if(() => code.i32(1).op('return'))
        next()
      }
      code.i32(control).i64(0n).atomic('i64.atomic.store', CONTROL.job)
      code.i32(control).get(turn).atomic('i64.atomic.store', CONTROL.turn)
      code.i32(0)
    },
    ['i32'],
  )
}

function writeHelp(
  builder: ModuleBuilder,
  { control, slot }: Walk,
  works: readonly FunctionReference[],
): FunctionReference {
  const reach = writeReach(builder, control)
  return builder.function('help', ['i32', 'i32'], (code) => {
    const [thread, received] = code.parameters
    const turn = code.local('i64')
    const now = code.local('i64')
    const pieces = code.local('i32')
    code.i32(control).atomic('i64.atomic.load', CONTROL.job).tee(turn)
    code.op('i32.wrap_i64').i32(LOW_BITS).op('i32.and').i32(slot).op('i32.ne')
    code.if(() => code.op('return'))
    // Since the helper parked, the program may have been released and its slot given to another one.
    emitIfMail(code, control, received, () => code.op('return'))
    code.get(turn).i64(BigInt(~LOW_BITS)).op('i64.and').set(turn)
    for (const work of works) {
      code.get(turn).call(reach).tee(now)
      code.get(turn).op('i64.eq')
      code.if(() => {
        code.get(thread).get(turn).call(work).tee(pieces)
        code.if(() => emitDone(code, control, pieces))
      })
      code.get(turn).i64(TURN).op('i64.add').set(turn)
    }
    // Until the leader has closed the run: else this run would be entered again.
    code.get(turn).call(reach).op('drop')
  })
}

import { describe, expect, onTestFinished, test } from 'vitest'
import type { Code, Local } from '../code.ts'
import { type Linked, link } from '../link.ts'
import { Memory } from '../memory.ts'
import type { Assembly } from '../module.ts'
import { CONTROL, TURN } from './control.ts'
import type { Helper } from './host.ts'
import { type PoolOptions, ThreadPool } from './pool.ts'
import type { Mail } from './worker.ts'

const UNITS = 64
const STAGES = 3
const FLAG = 4 * UNITS
const PRIVATE_BYTES = 64

/** Each stage adds one to each of UNITS integers; `before` may do something else first, as thread 0 or another. */
function program(before?: (code: Code, isHelper: Local, flag: Local) => void): Assembly {
  return {
    stages: Array.from({ length: STAGES }, (_, i) => ({
      name: `stage ${i}`,
      key: 'add one',
      units: UNITS,
      work: 1e6,
      pointers: [
        { kind: 'scratch', offset: 0 },
        { kind: 'scratch', offset: FLAG },
        { kind: 'private', offset: 0 },
      ],
      emit(code, { start, end, pointers: [data, flag, own] }) {
        const unit = code.local('i32')
        const isHelper = code.local('i32')
        code.get(own).get(flag).i32(64).op('i32.add').op('i32.ne').set(isHelper)
        before?.(code, isHelper, flag)
        code.for(unit, start, end, 1, () => {
          code.sum(data, [unit, 4]).sum(data, [unit, 4]).load('i32.load').i32(1).op('i32.add').store('i32.store')
        })
      },
    })),
    scratchBytes: FLAG + 64,
    privateBytes: PRIVATE_BYTES,
    tables: [],
    tableBytes: 0,
    tableOffset: () => 0,
  }
}

function linked(
  assembly: Assembly,
  options: PoolOptions,
): { memory: Memory; pool: ThreadPool; plan: Linked; data: () => number[] } {
  const memory = new Memory(true)
  const pool = new ThreadPool(memory, options)
  onTestFinished(() => pool.stop())
  const scratch = memory.allocate(assembly.scratchBytes + options.threads * PRIVATE_BYTES)
  memory.clear(scratch, assembly.scratchBytes)
  const privates = scratch + assembly.scratchBytes
  const plan = link(assembly, { buffer: () => 0, tables: 0, scratch, private: privates }, memory, pool)
  return { memory, pool, plan, data: () => [...memory.integers(scratch, UNITS)] }
}

const filled = (value: number): number[] => new Array<number>(UNITS).fill(value)

/** A helper that says it is there and does nothing. */
function idle(memory: () => Memory, pool: () => ThreadPool): () => Helper {
  return () => ({
    post(message) {
      const words = new Int32Array(memory().memory.buffer)
      const word = 'parking' in message ? CONTROL.ready : CONTROL.received
      Atomics.add(words, ((pool().control ?? 0) + word) >> 2, 1)
    },
    stop: () => undefined,
  })
}

describe('a pool', () => {
  test('does every unit of every stage once, whoever comes', () => {
    const { pool, plan, data } = linked(program(), { threads: 3 })
    // On a busy machine helpers may not come for long: until they have, or for a while.
    const end = performance.now() + 5_000
    let runs = 0
    for (let helped = 0; helped < 100 && performance.now() < end; runs++) {
      plan.run()
      const [, one, other] = pool.pieces()
      helped = Math.min(one, other)
    }
    expect(data()).toEqual(filled(STAGES * runs))
  })

  test('that shares evenly does every unit once, each thread its own', () => {
    const { pool, plan, data } = linked(program(), { threads: 3, sharing: 'evenly' })
    for (let run = 0; run < 50; run++) plan.run()
    expect(data()).toEqual(filled(STAGES * 50))
    // Three units a piece: 22 pieces.
    expect(pool.pieces()).toEqual([7, 7, 8].map((pieces) => pieces * STAGES * 50))
  })

  test('finishes without a helper that never runs', () => {
    const made = linked(program(), {
      threads: 2,
      start: idle(
        () => made.memory,
        () => made.pool,
      ),
    })
    for (let run = 0; run < 5; run++) made.plan.run()
    expect(made.data()).toEqual(filled(STAGES * 5))
    // The first run was before its time.
    expect(made.pool.pieces()).toEqual([4 * STAGES * 16, 0])
  })

  test('goes on alone, to the same bits, when its helpers were ended', () => {
    const { plan, pool, data } = linked(program(), { threads: 2, sharing: 'evenly' })
    plan.run()
    const shared = pool.pieces()
    pool.stop()
    plan.run()
    expect(data()).toEqual(filled(STAGES * 2))
    expect(shared[1]).toBeGreaterThan(0)
    expect(pool.pieces()).toEqual(shared)
  })

  test('works alone where no thread can be started', () => {
    const { plan, data } = linked(program(), { threads: 2, sharing: 'evenly', start: () => undefined })
    plan.run()
    expect(data()).toEqual(filled(STAGES))
  })

  test('starts nobody before there has been work for them', () => {
    let started = 0
    const start = () => {
      started++
      return undefined
    }
    const { plan } = linked(program(), { threads: 2, start })
    plan.run()
    expect(started).toBe(0)
    for (let run = 0; run < 5; run++) plan.run()
    expect(started).toBe(1)
  })

  test('tells what broke in a helper, and runs nothing after it', () => {
    const { plan } = linked(
      program((code, isHelper, flag) => {
        code.get(isHelper).if(
          () => code.get(flag).i32(1).atomic('i32.atomic.store').op('unreachable'),
          // The leader waits for that, so that it cannot do everything itself.
          () => code.loop((again) => code.get(flag).atomic('i32.atomic.load').op('i32.eqz').branchIf(again)),
        )
      }),
      { threads: 2, sharing: 'evenly' },
    )
    expect(() => plan.run()).toThrow(/internal: a thread broke.*\nreceived: RuntimeError: unreachable/)
    expect(() => plan.run()).toThrow('internal: a thread broke')
  })

  test('that breaks in the leader runs nothing after it either', () => {
    const { plan } = linked(
      program((code, isHelper) =>
        code
          .get(isHelper)
          .op('i32.eqz')
          .if(() => code.op('unreachable')),
      ),
      { threads: 2, sharing: 'evenly' },
    )
    expect(() => plan.run()).toThrow('unreachable')
    expect(() => plan.run()).toThrow('internal: a thread broke')
  })

  test('a helper that was off its core while its plan went takes no part in the next one of that number', () => {
    const memory = new Memory(true)
    const mail: Mail[] = []
    const start = (): Helper => ({
      post: (message) => void ('plan' in message && mail.push(message)),
      stop: () => undefined,
    })
    const pool = new ThreadPool(memory, { threads: 2, start })
    const { control } = pool
    const words = new Int32Array(memory.memory.buffer)
    const turns = new BigInt64Array(memory.memory.buffer)
    Atomics.store(words, (control + CONTROL.ready) >> 2, 1)
    const scratch = memory.allocate(FLAG + 64 + 2 * PRIVATE_BYTES)
    memory.clear(scratch, FLAG + 64)
    const addresses = { buffer: () => 0, tables: 0, scratch, private: scratch + FLAG + 64 }
    // A helper that takes a piece closes the run: it would wait for its end otherwise.
    const closing = program((code, isHelper) => {
      const end = 1000n * TURN
      code.get(isHelper).if(() => code.i32(control).i64(end).atomic('i64.atomic.store', CONTROL.turn))
    })
    const plan = link(closing, addresses, memory, pool)
    for (let run = 0; run < 5; run++) plan.run()
    const [{ plan: module, slot }] = mail
    const { help } = new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports
    const helpWith = help as (thread: number, received: number) => void
    const before = [...memory.integers(scratch, UNITS)]

    // As in the run of another plan: its turn is open, and the mail that brought it lies unread.
    const turn = Atomics.load(turns, (control + CONTROL.turn) >> 3) + TURN
    Atomics.store(turns, (control + CONTROL.job) >> 3, turn | BigInt(slot))
    Atomics.store(turns, (control + CONTROL.turn) >> 3, turn)
    Atomics.store(words, (control + CONTROL.mail) >> 2, 2)
    helpWith(1, 1)
    expect([...memory.integers(scratch, UNITS)]).toEqual(before)
    expect(pool.pieces()[1]).toBe(0)
  })

  test('forgets plans and gives their numbers to others', () => {
    const { memory, pool, plan, data } = linked(program(), { threads: 2, sharing: 'evenly' })
    plan.run()
    plan.release()
    const scratch = memory.allocate(2 * FLAG)
    memory.clear(scratch, 2 * FLAG)
    for (let i = 1; i <= 10; i++) {
      const next = link(program(), { buffer: () => 0, tables: 0, scratch, private: scratch + FLAG + 64 }, memory, pool)
      for (let run = 0; run < 20; run++) next.run()
      next.release()
      expect([...memory.integers(scratch, UNITS)]).toEqual(filled(i * 20 * STAGES))
    }
    expect(data()).toEqual(filled(STAGES))
    expect(pool.takeSlot()).toBe(1)
  })
})

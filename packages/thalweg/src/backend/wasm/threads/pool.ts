/**
 * The helpers of one backend. They start when there has been work for them for a while, so that short programs never pay
 * for them, and they keep no process alive. Nobody waits for a helper that has not begun: until then, and where none can
 * be started, everything runs on one thread, with the same bits.
 */
import { internal } from '../../../base/index.ts'
import { ModuleBuilder } from '../assembler.ts'
import type { Memory } from '../memory.ts'
import { CLAIM_BYTES, CONTROL, controlBytes, FAILURE_LENGTH, LOW_BITS, TURN } from './control.ts'
import type { Sharing } from './divide.ts'
import { type Helper, maySleep, startHelper } from './host.ts'
import { writePark } from './wait.ts'

/** Helpers start when so much work that could be shared has been done without them. */
const START_NS = 5e6

/** How long `evenly` waits for helpers. */
const PATIENCE_MS = 10_000

/** A program that can run alone or shared. */
export interface Job {
  readonly slot: number
  readonly module: WebAssembly.Module
  /** Nanoseconds of a run that can be shared. */
  readonly work: number
  readonly alone: () => void
  /** Runs with whatever helpers come; 1 where one of them broke. */
  readonly lead: (maySleep: number) => number
  /** Whether helpers know it. */
  known: boolean
}

export interface PoolOptions {
  /** The leader included. */
  readonly threads: number
  /** Default: what is worthwhile. */
  readonly sharing?: Sharing
  readonly start?: () => Helper | undefined
}

export class ThreadPool {
  readonly threads: number
  readonly sharing: Sharing
  /** Address of the control block. */
  readonly control: number
  private readonly memory: Memory
  private readonly start: () => Helper | undefined
  private readonly words: Int32Array
  private readonly turn: BigInt64Array
  private readonly maySleep: number
  private helpers: Helper[] | undefined
  /** Slots of plans that are gone: free for new ones, and not yet told to the helpers. */
  private readonly freeSlots: number[] = []
  private forgotten: number[] = []
  private lastSlot = 0
  private missed = 0
  private broken: string | undefined

  constructor(memory: Memory, { threads, sharing = 'worthwhile', start = startHelper }: PoolOptions) {
    this.threads = threads
    this.sharing = sharing
    this.memory = memory
    this.start = start
    this.control = memory.allocate(controlBytes(threads))
    memory.clear(this.control, controlBytes(threads))
    const { buffer } = memory.memory
    this.words = new Int32Array(buffer)
    this.turn = new BigInt64Array(buffer, this.control + CONTROL.turn, 1)
    this.maySleep = maySleep(memory.memory) ? 1 : 0
  }

  /** A number for a plan. 0 where there is none left: the plan runs alone. */
  takeSlot(): number {
    const free = this.freeSlots.pop()
    if (free !== undefined) return free
    return this.lastSlot < LOW_BITS ? ++this.lastSlot : 0
  }

  release({ slot, known }: Pick<Job, 'slot' | 'known'>): void {
    this.freeSlots.push(slot)
    if (known) this.forgotten.push(slot)
  }

  run(job: Job): void {
    if (this.broken !== undefined) throw brokenHelper(this.broken)
    if (!this.isReadyFor(job)) {
      job.alone()
      return
    }
    let status: number
    try {
      status = job.lead(this.maySleep)
    } catch (error) {
      // Helpers may still be at work on a run that nobody leads.
      this.break(String(error))
      throw error
    }
    if (status !== 0) {
      this.break(this.failure())
      throw brokenHelper(this.failure())
    }
  }

  /** Pieces that each thread has done so far, the leader first. */
  pieces(): number[] {
    return Array.from({ length: this.threads }, (_, thread) => this.word(CONTROL.pieces + thread * CLAIM_BYTES))
  }

  stop(): void {
    for (const helper of this.helpers ?? []) helper.stop()
    this.helpers = []
  }

  private isReadyFor(job: Job): boolean {
    if (this.helpers === undefined) {
      this.missed += job.work
      if (this.missed < START_NS && this.sharing === 'worthwhile') return false
      this.helpers = this.startAll()
    }
    const { length } = this.helpers
    if (length === 0) return false
    if (!job.known) this.send(job)
    if (this.sharing === 'evenly')
      return this.waitFor(CONTROL.ready, length) && this.waitFor(CONTROL.received, length * this.word(CONTROL.mail))
    return this.word(CONTROL.ready) > 0
  }

  private word(word: number): number {
    return Atomics.load(this.words, (this.control + word) >> 2)
  }

  private waitFor(word: number, value: number): boolean {
    for (let now = this.word(word); now < value; now = this.word(word))
      if (Atomics.wait(this.words, (this.control + word) >> 2, now, PATIENCE_MS) === 'timed-out') return false
    return true
  }

  private startAll(): Helper[] {
    const builder = new ModuleBuilder(this.memory.import)
    builder.export('park', writePark(builder, this.control))
    const parking = new WebAssembly.Module(builder.toBytes())
    const helpers: Helper[] = []
    for (let thread = 1; thread < this.threads; thread++) {
      const helper = this.start()
      if (helper === undefined) break
      helper.post({ memory: this.memory.memory, control: this.control, thread, parking })
      helpers.push(helper)
    }
    return helpers
  }

  /** Messages arrive only where a helper returns to its event loop: so it is told, and woken. */
  private send(job: Job): void {
    job.known = true
    const mail = { slot: job.slot, plan: job.module, forgotten: this.forgotten }
    this.forgotten = []
    for (const helper of this.helpers ?? []) helper.post(mail)
    Atomics.add(this.words, (this.control + CONTROL.mail) >> 2, 1)
    Atomics.add(this.turn, 0, TURN)
    Atomics.notify(this.turn, 0)
  }

  private break(why: string): void {
    this.broken = why
    this.stop()
  }

  private failure(): string {
    const text = new Uint16Array(this.memory.memory.buffer, this.control + CONTROL.failure, FAILURE_LENGTH)
    const end = text.indexOf(0)
    return String.fromCharCode(...text.subarray(0, end < 0 ? FAILURE_LENGTH : end))
  }
}

function brokenHelper(why: string): Error {
  return internal('a thread broke in the middle of a step; the values of this engine are lost', why)
}
